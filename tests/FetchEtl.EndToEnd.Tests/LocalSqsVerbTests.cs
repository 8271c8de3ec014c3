using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

public sealed class LocalSqsVerbTests : IDisposable
{
    private static readonly Dictionary<string, string> NoSettings = [];

    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData(
        """{"rules": [{"kind": "Eror"}]}""",
        "Rule 1: The JSON value could not be converted to FetchEtl.Local.SqsFaultKind. Path: $.kind")]
    [InlineData("""{"rules": [{"kind": "Error", "probability": 7}]}""", "Rule 1: the probability is 7")]
    [InlineData("kind: Error", "The plan: 'k' is an invalid start of a value.")]
    public async Task A_bad_fault_plan_is_reported_with_its_file_its_rule_and_the_problem(string plan, string problem)
    {
        await File.WriteAllTextAsync(_file, plan);

        await using var run = await FetchEtlProcess.RunAsync(NoSettings, "local-sqs", "--port", "0", "--faults", _file);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"--faults {_file}: ", run.Errors);
        Assert.Contains(problem, run.Errors);
        Assert.DoesNotContain("   at ", run.Errors);
    }

    [Fact]
    public async Task A_missing_fault_plan_is_named()
    {
        await using var run = await FetchEtlProcess.RunAsync(
            NoSettings,
            "local-sqs",
            "--port",
            "0",
            "--faults",
            "nowhere.json");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("--faults nowhere.json: Could not find file", run.Errors);
        Assert.DoesNotContain("   at ", run.Errors);
    }

    [PosixFact]
    public async Task On_a_stop_it_prints_how_often_each_fault_occurred()
    {
        await File.WriteAllTextAsync(_file, """{"rules": [{"kind": "Throttling", "operation": "ListQueues"}]}""");
        await using var run = FetchEtlProcess.Start(NoSettings, "local-sqs", "--port", "0", "--faults", _file);
        var line = await run.WaitForLineAsync(x => x.StartsWith("Local SQS at ", StringComparison.Ordinal));
        using var http = new HttpClient();
        using var refused = await http.GetAsync(new Uri($"{line.Split(' ')[3]}?Action=ListQueues"));

        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Faults that occurred: Error 0, Throttling 1, Latency 0, ", run.Output);
    }

    /// <summary>No proxy reaches the loopback interface of this machine.</summary>
    [PosixFact]
    public async Task It_starts_where_the_environment_names_a_proxy()
    {
        var settings = new Dictionary<string, string>
        {
            ["http_proxy"] = "http://127.0.0.1:1",
            ["all_proxy"] = "http://127.0.0.1:1",
        };

        await using var run = FetchEtlProcess.Start(settings, "local-sqs", "--port", "0");
        await run.WaitForLineAsync(x => x.StartsWith("Local SQS at ", StringComparison.Ordinal));

        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();
        Assert.Equal(0, run.ExitCode);
    }

    public void Dispose() => File.Delete(_file);
}

using System.Text.Json;
using FetchEtl.Local;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>
/// With a JSON log, what ends <c>run</c> or <c>drain</c> is JSON too, and stands there once.
/// </summary>
public sealed class FailureLogTests
{
    private const string Json = "--Logging:Console:FormatterName=json";

    [PosixTheory]
    [InlineData("--Sqs:WaitTimeSeconds=21", "Sqs:WaitTimeSeconds must be 0 to 20 seconds.")]
    [InlineData("--Sqs:WaitTimeSecond=20", "did you mean Sqs:WaitTimeSeconds?")]
    [InlineData("--Logging:LogLevel:Default=Loud", "Logging:LogLevel has an unknown level")]
    [InlineData("--Logging:Console:MaxQueueLength=canary", "MaxQueueLength has a value of another form")]
    public async Task A_bad_setting_is_a_line_of_JSON(string setting, string problem)
    {
        await using var run = await FetchEtlProcess.RunAsync(new Dictionary<string, string>(), "run", setting, Json);

        var lines = Lines(run.Errors);
        Assert.Contains(lines, line => line.GetProperty("EventId").GetInt32() == 3093
            && line.GetProperty("LogLevel").GetString() == "Critical"
            && line.GetProperty("State").GetProperty("Cause").GetString()!.Contains(problem));
        Assert.DoesNotContain("canary", run.Errors);
    }

    [PosixFact]
    public async Task A_missing_queue_is_reported_once()
    {
        await using var sqs = await LocalSqs.StartAsync();
        await using var run = await FetchEtlProcess.RunAsync(
            new Dictionary<string, string>(),
            "run", $"--Sqs:ServiceUrl={sqs.ServiceUrl}", $"--Masking:Keys:0={TestKeys.First}", Json,
            "--ConnectionStrings:Logins=Host=127.0.0.1;Port=1;Database=logins;Username=etl;Timeout=1");

        var line = Assert.Single(Lines(run.Errors), line => line.ToString().Contains("does not exist"));
        Assert.Equal(1104, line.GetProperty("EventId").GetInt32());
        Assert.Equal("Critical", line.GetProperty("LogLevel").GetString());
        Assert.Contains("Sqs:CreateQueues", line.GetProperty("Message").GetString());
    }

    private static List<JsonElement> Lines(string errors) =>
    [
        .. errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line)),
    ];
}

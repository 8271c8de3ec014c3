using FetchEtl.Local;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// SQS rejects every call for a while, with messages in flight. Afterwards the service resumes by itself.
/// </summary>
[Trait("Category", "Slow")]
public sealed class SqsOutageTests
{
    private const int Count = 3000;

    [Theory]
    [InlineData(SqsFaultKind.Throttling, null)]
    [InlineData(SqsFaultKind.ReplyLost, null)]
    public Task The_service_resumes_by_itself_and_each_message_is_one_row(SqsFaultKind kind, string? code) =>
        ResumeAsync(kind, code);

    [Theory]
    [InlineData("InternalError")]
    [InlineData("ServiceUnavailable")]
    [InlineData("ExpiredToken")]
    [Trait("Category", "Long")]
    public Task The_service_resumes_by_itself_after_an_error_of_the_server(string code) =>
        ResumeAsync(SqsFaultKind.Error, code);

    /// <summary>What the rider logged at a level. At Information the first line says that it receives.</summary>
    private static List<string> Lines(FetchEtlProcess run, string level) =>
    [
        .. run.Errors.Split('\n').Where(line =>
            line.Contains($"{level} FetchEtl.Sqs.SqsRider[", StringComparison.Ordinal)),
    ];

    private static async Task ResumeAsync(SqsFaultKind kind, string? code)
    {
        await using var estate = await Estate.CreateAsync();
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "5";
        estate.Settings["Sqs__PrefetchCount"] = "200";
        await estate.SendAsync(Count, seed: 1);

        // Receives are slow, so that messages are left when the outage begins.
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Rules =
            [
                new SqsFaultRule
                {
                    Kind = SqsFaultKind.Latency,
                    Operation = "ReceiveMessage",
                    LatencyMilliseconds = 500,
                },
            ],
        };
        await using var run = estate.Start("run");
        await Estate.UntilAsync(async () => await estate.RowsAsync() > 0);

        estate.Sqs.Faults = new SqsFaultPlan { Rules = [new SqsFaultRule { Kind = kind, Code = code }] };
        await run.WaitForLineAsync(line => line.Contains("warn: FetchEtl.Sqs.SqsRider[", StringComparison.Ordinal));
        await Task.Delay(TimeSpan.FromSeconds(6));
        Assert.True(await estate.RowsAsync() < Count);
        estate.Sqs.Faults = null;

        await estate.AssertAllWrittenOnceAsync(Count);
        Assert.True(estate.Sqs.FaultCounts[kind] > 0);

        // One line when it begins, and one when it ends, whichever kind of call failed first.
        await Estate.UntilAsync(() => Task.FromResult(Lines(run, "info:").Count == 2));
        Assert.Single(Lines(run, "warn:"));
        Assert.False(run.HasExited);
        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();
        Assert.Equal(0, run.ExitCode);
    }
}

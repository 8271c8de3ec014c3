using FetchEtl.Local;
using FetchEtl.Testing;
using Xunit.Abstractions;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>SQS refuses deletes for a while, on a queue whose redrive policy allows few receives.</summary>
[Trait("Category", "Slow")]
public sealed class DeniedDeleteTests(ITestOutputHelper output)
{
    private const int Count = 3000;

    [PosixFact]
    public Task Denied_deletes_stop_receiving_make_no_login_a_dead_letter_and_each_message_is_one_row() =>
        RefuseDeletesAsync(SqsFaultKind.Error, "AccessDenied", "grant sqs:DeleteMessage");

    [PosixFact]
    [Trait("Category", "Long")]
    public Task Throttled_deletes_stop_receiving_make_no_login_a_dead_letter_and_each_message_is_one_row() =>
        RefuseDeletesAsync(SqsFaultKind.Throttling, null, "RequestThrottled");

    private async Task RefuseDeletesAsync(SqsFaultKind kind, string? code, string reason)
    {
        await using var estate = await Estate.CreateAsync(maxReceives: 2);
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "5";

        // All messages fit into the prefetch, and receives are slow. So it is the outage that stops them.
        estate.Settings["Sqs__PrefetchCount"] = $"{2 * Count}";
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Rules =
            [
                new() { Kind = kind, Operation = "DeleteMessageBatch", Code = code },
                new() { Kind = SqsFaultKind.Latency, Operation = "ReceiveMessage", LatencyMilliseconds = 1000 },
            ],
        };
        await estate.SendAsync(Count, seed: 1);
        await using var run = estate.Start("run");
        await run.WaitForLineAsync(x => x.Contains(reason, StringComparison.Ordinal));

        // Three visibility timeouts.
        await Task.Delay(TimeSpan.FromSeconds(16));
        var depth = await estate.DepthAsync();
        var deletes = estate.Sqs.CallCounts["DeleteMessageBatch"];
        output.WriteLine($"{depth}; {deletes} delete calls");
        estate.Sqs.Faults = null;

        await estate.AssertAllWrittenOnceAsync(Count);
        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();
        Assert.Equal(0, run.ExitCode);
        Assert.True(depth.Visible > Count / 4, $"{depth}");

        // The SDK repeats a throttled call by itself, too.
        Assert.InRange(deletes, 1, 120);
    }
}

using FetchEtl.Local;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The dead-letter queue refuses invalid messages for a while.</summary>
[Trait("Category", "Slow")]
public sealed class DeadLetterOutageTests
{
    [PosixFact]
    public async Task A_dead_letter_queue_that_refuses_is_one_line_at_the_start_and_one_at_the_end()
    {
        await using var estate = await Estate.CreateAsync();
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Rules = [new() { Kind = SqsFaultKind.Error, Operation = "SendMessageBatch", Code = "AccessDenied" }],
        };
        for (var i = 0; i < 30; i++)
        {
            await estate.Client.SendMessageAsync(estate.QueueUrl, "{}");
        }

        await using var run = estate.Start("run");
        await run.WaitForLineAsync(
            line => line.Contains("fail: FetchEtl.Sqs.SqsRider[1136]", StringComparison.Ordinal));

        // Messages come back after a second or more, and are refused again.
        var calls = estate.Sqs.CallCounts["SendMessageBatch"];
        await Estate.UntilAsync(() => Task.FromResult(estate.Sqs.CallCounts["SendMessageBatch"] >= calls + 3));
        estate.Sqs.Faults = null;
        await Estate.UntilAsync(async () => (await estate.DepthAsync()).Total == 0);
        await run.SignalAsync(ProcessSignal.Terminate);
        await run.WaitAsync();

        string[] ids =
        [
            .. run.Errors.Split('\n').Where(line => line.Contains("FetchEtl.Sqs.SqsRider[", StringComparison.Ordinal))
                .Select(line => line[(line.IndexOf('[', StringComparison.Ordinal) + 1)..line.IndexOf(']')]),
        ];
        Assert.Equal(["1100", "1136", "1137", "1101"], ids);
        Assert.Contains("dead letters 30 (user_id.required 30), returned ", run.Errors, StringComparison.Ordinal);
    }
}

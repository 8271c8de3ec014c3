using FetchEtl.Local;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The verb <c>send</c>, the real process.</summary>
public sealed class SendTests
{
    private const int Count = 3000;

    /// <summary>A twentieth of the calls have a refused entry: the first of them ended the send.</summary>
    [Fact]
    public async Task The_documented_fault_plan_does_not_keep_the_documented_send_from_sending_all()
    {
        var plan = DocPage.Get("docs/operations.md").Fences.Single(fence => fence.FileName == "plan.json").Code;
        await using var estate = await Estate.CreateAsync();
        estate.Sqs.Faults = SqsFaultPlan.Parse(plan);

        await using var send = await estate.RunAsync("send", "--count", $"{Count}", "--seed", "7");

        var refused = estate.Sqs.FaultCounts[SqsFaultKind.PartialBatchFailure];
        estate.Sqs.Faults = null;
        Assert.True(send.ExitCode == 0, send.Errors);
        Assert.Equal($"Sent {Count} messages to login-queue (seed 7).", send.Output.TrimEnd());
        Assert.True(refused > 0, "No entry was refused.");
        await estate.DrainAsync();

        // A message whose reply was lost is on the queue twice, as two messages.
        Assert.Equal(Count, await estate.QueryAsync<long>("SELECT count(DISTINCT user_id) FROM user_logins"));
    }

    [Fact]
    public async Task Lines_from_standard_input_are_sent_and_a_bad_one_is_named_and_not_quoted()
    {
        await using var estate = await Estate.CreateAsync();
        await using var send = estate.Start("send", "--file", "-");
        await send.WriteInputAsync("{\"a\":1}\n\n{\"b\":\"canary\u0001\"}\n{\"c\":3}\n");
        await send.WaitAsync();

        Assert.Equal(1, send.ExitCode);
        Assert.Equal("Sent 2 messages to login-queue.", send.Output.TrimEnd());
        Assert.Contains("fetch-etl: standard input, line 3: not sent, SQS rejects it (", send.Errors);
        Assert.DoesNotContain("canary", send.Errors);
        Assert.Equal(2, (await estate.DepthAsync()).Total);
    }

    [Fact]
    public async Task A_send_that_SQS_stops_says_what_is_left_and_the_rest_makes_the_whole()
    {
        await using var estate = await Estate.CreateAsync();
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Rules =
            [
                new()
                {
                    Kind = SqsFaultKind.Error,
                    Operation = "SendMessageBatch",
                    Code = "AccessDenied",
                    Probability = 0.1,
                },
            ],
        };

        await using var send = await estate.RunAsync("send", "--count", $"{Count}", "--seed", "7");

        estate.Sqs.Faults = null;
        Assert.Equal(1, send.ExitCode);
        Assert.Contains("not all was sent: AccessDenied", send.Errors);
        var rest = send.Errors[send.Errors.IndexOf("--seed 7 --lines", StringComparison.Ordinal)..].Trim().Split(' ');
        await using var again = await estate.RunAsync(["send", "--count", $"{Count}", .. rest]);
        Assert.True(again.ExitCode == 0, again.Errors);
        Assert.Equal(Count, (await estate.DepthAsync()).Total);
    }
}

using System.ComponentModel.DataAnnotations;
using FetchEtl.Local;
using Xunit.Abstractions;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// SQS refuses everything for a minute. One call at a time asks again at a limited rate, in turn for all entries, and
/// no message becomes visible meanwhile.
/// </summary>
public sealed class RefusedSettlementTests(ITestOutputHelper output)
{
    private const int Messages = 20;

    /// <summary>Delays of at least 0.5, 1, 2, 4, 8, 15 and 15 s allow 7 calls after the first ones.</summary>
    private const int MostInAMinute = 7;

    /// <summary>The step of the clock, in milliseconds.</summary>
    private const double Step = 250;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(SqsFaultKind.Throttling)]
    [InlineData(SqsFaultKind.Error)]
    [InlineData(SqsFaultKind.PartialBatchFailure)]
    [InlineData(SqsFaultKind.ReplyLost)]
    public async Task Refused_deletes_are_retried_at_the_backoffs_rate_and_their_leases_are_renewed(SqsFaultKind fault)
    {
        await using var host = await LoopHost.StartAsync(visibilitySeconds: 30);
        var leases = await host.HoldAsync(Messages);
        host.Sqs.Faults = Plan(fault, "DeleteMessageBatch");

        await Task.WhenAll(leases.Select(x => x.Complete()));
        await host.AdvanceAsync(Minute, Step, each: () => AssertNoneIsVisibleAsync(host));
        CheckRate(host, "Delete");
        host.Sqs.Faults = null;
        await host.AdvanceAsync(
            Backoff.LongestRetry + TimeSpan.FromSeconds(1), Step, each: () => AssertNoneIsVisibleAsync(host));

        Assert.Equal((0, 0), await host.DepthAsync());
    }

    [Fact]
    public async Task When_everything_is_refused_for_a_minute_all_is_settled_afterwards()
    {
        await using var host = await LoopHost.StartAsync(visibilitySeconds: 180);
        var leases = await host.HoldAsync(Messages);
        host.Sqs.Faults = Plan(
            SqsFaultKind.Throttling, "DeleteMessageBatch", "ChangeMessageVisibilityBatch", "SendMessageBatch");

        await Task.WhenAll(leases[..10].Select(x => x.Complete()));
        await Task.WhenAll(leases[10..].Select(x => x.Faulted(new TimeoutException())));
        await host.AdvanceAsync(Minute, Step, each: () => AssertNoneIsVisibleAsync(host));
        CheckRate(host, "Delete");
        CheckRate(host, "ChangeVisibility");
        host.Sqs.Faults = null;
        await host.AdvanceAsync(Backoff.LongestRetry + TimeSpan.FromSeconds(3), Step);

        Assert.Equal((10, 0), await host.DepthAsync());
    }

    [Fact]
    public async Task A_refused_dead_letter_returns_its_message_which_is_not_deleted()
    {
        await using var host = await LoopHost.StartAsync();
        var leases = await host.HoldAsync(3);
        host.Sqs.Faults = Plan(SqsFaultKind.Error, "SendMessageBatch");

        await Task.WhenAll(leases.Select(x => x.Faulted(new ValidationException("Field a: required."))));
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Single(host.Client.CallsOf("Send"));
        Assert.Empty(host.Client.CallsOf("Delete"));
        Assert.Equal((3, 0), await host.DepthAsync());
        Assert.Equal((0, 0), await host.DepthAsync(host.DeadLetterUrl));
    }

    private static async Task AssertNoneIsVisibleAsync(LoopHost host) =>
        Assert.Equal(0, (await host.DepthAsync()).Visible);

    private static SqsFaultPlan Plan(SqsFaultKind fault, params string[] operations) =>
        new() { Rules = [.. operations.Select(x => new SqsFaultRule { Kind = fault, Operation = x })] };

    private void CheckRate(LoopHost host, string operation)
    {
        var calls = host.Client.CallsOf(operation).ToList();
        var first = calls[0].At;
        var retries = calls.Where(x => x.At > first).Select(x => x.At).ToList();
        var attempts = calls.SelectMany(x => x.Entries).CountBy(x => x).ToDictionary();
        output.WriteLine(
            $"{operation}: {calls.Count} calls in a minute for {attempts.Count} entries, each sent "
            + $"{attempts.Values.Min()} to {attempts.Values.Max()} times");

        Assert.InRange(retries.Count, 4, MostInAMinute);
        Assert.All(attempts.Values, x => Assert.InRange(x, 2, MostInAMinute));
        Assert.All(
            retries.Prepend(first).Zip(retries), x => Assert.True(x.Second - x.First >= TimeSpan.FromSeconds(0.5)));
    }
}

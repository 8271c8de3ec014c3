using System.ComponentModel.DataAnnotations;
using FetchEtl.Local;
using Xunit.Abstractions;

namespace FetchEtl.Sqs.Tests;

/// <summary>SQS refuses a kind of call as a whole: one call at a time finds out when it accepts them again.</summary>
[Trait("Category", "Slow")]
public sealed class RetryBudgetTests(ITestOutputHelper output)
{
    private const int Messages = 2000;

    [Fact]
    public async Task Two_minutes_of_throttled_deletes_with_two_thousand_messages_in_flight_cost_a_few_dozen_calls()
    {
        await using var host = await LoopHost.StartAsync(visibilitySeconds: 30);
        var leases = await host.HoldAsync(Messages);
        host.Sqs.Faults = Throttled("DeleteMessageBatch");

        await Task.WhenAll(leases.Select(x => x.Complete()));
        await host.AdvanceAsync(TimeSpan.FromMinutes(2), stepMilliseconds: 1000);
        var (visible, _) = await host.DepthAsync();
        var calls = host.Client.CallsOf("Delete").Count();
        output.WriteLine($"{calls} delete calls, {visible} of {Messages} messages visible again");
        host.Sqs.Faults = null;
        await host.AdvanceAsync(Backoff.LongestRetry + TimeSpan.FromSeconds(1), stepMilliseconds: 1000);

        Assert.Equal((0, 0), await host.DepthAsync());
        Assert.Equal(0, visible);
        Assert.InRange(calls, 4, 40);
    }

    [Fact]
    public async Task Two_minutes_of_throttled_returns_cost_a_few_dozen_calls_and_deletes_go_on()
    {
        await using var host = await LoopHost.StartAsync(visibilitySeconds: 300);
        var leases = await host.HoldAsync(Messages / 2);
        host.Sqs.Faults = Throttled("ChangeMessageVisibilityBatch");

        await Task.WhenAll(leases[..500].Select(x => x.Faulted(new TimeoutException())));
        await host.AdvanceAsync(TimeSpan.FromMinutes(2), stepMilliseconds: 1000);
        await Task.WhenAll(leases[500..].Select(x => x.Complete()));

        // Fifty calls, 16 at a time: the loop starts the last ones when the first are answered.
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));
        var calls = host.Client.CallsOf("ChangeVisibility").Count();
        output.WriteLine($"{calls} calls to return messages");

        Assert.Equal((0, 500), await host.DepthAsync());
        Assert.InRange(calls, 4, 40);
    }

    /// <summary>Held until the dead-letter queue works again, invalid messages would fill the prefetch.</summary>
    [Fact]
    public async Task While_dead_letters_are_refused_invalid_messages_return_without_a_call_each()
    {
        await using var host = await LoopHost.StartAsync(visibilitySeconds: 300);
        var leases = await host.HoldAsync(Messages / 2);
        host.Sqs.Faults = Throttled("SendMessageBatch");

        await Task.WhenAll(leases.Select(x => x.Faulted(new ValidationException("Field a: required."))));
        await host.AdvanceAsync(TimeSpan.FromSeconds(5), stepMilliseconds: 250);
        var calls = host.Client.CallsOf("Send").Count();
        output.WriteLine($"{calls} calls to send dead letters");
        host.Sqs.Faults = null;

        Assert.Equal((Messages / 2, 0), await host.DepthAsync());
        Assert.InRange(calls, 1, CallLane.MostCalls);
        var again = await host.Loop.OpenAsync(await host.ReceiveAsync());
        await Task.WhenAll(again.Select(x => x.Faulted(new ValidationException("Field a: required."))));
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal((again.Count, 0), await host.DepthAsync(host.DeadLetterUrl));
    }

    private static SqsFaultPlan Throttled(string operation) =>
        new() { Rules = [new SqsFaultRule { Kind = SqsFaultKind.Throttling, Operation = operation }] };
}

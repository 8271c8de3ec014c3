using FetchEtl.Local;

namespace FetchEtl.Sqs.Tests;

/// <summary>An endpoint whose poll or lease loop fails unexpectedly reports it and receives again.</summary>
public sealed class SqsSupervisionTests
{
    private const int ReceiveFailed = 1105;
    private const int DuplicateDelivery = 1108;

    [Fact]
    public async Task A_poll_that_fails_unexpectedly_is_reported_and_the_endpoint_receives_again()
    {
        await using var host = await RiderHost.CreateAsync(log: new FailingLog(ReceiveFailed));
        await host.StartAsync();
        host.Sqs.Faults = Plan(SqsFaultKind.Error, 1);
        await FailureIsReportedAsync(host);
        await host.EventuallyAsync(
            () => host.Log.Contains("Endpoint Faulted: loopback://localhost/sqs/notes", StringComparison.Ordinal),
            "MassTransit reports the failure");
        host.Sqs.Faults = null;

        await host.SendNotesAsync(20);
        await host.QueueIsEmptyAsync();

        Assert.Equal(20, host.Behaviour.Seen.Count);
    }

    [Fact]
    public async Task A_lease_loop_that_fails_unexpectedly_is_reported_and_its_messages_are_delivered_again()
    {
        await using var host = await RiderHost.CreateAsync(
            x => x.VisibilityTimeout = TimeSpan.FromSeconds(5), log: new FailingLog(DuplicateDelivery));
        var handled = new TaskCompletionSource();
        host.Behaviour.Handle = _ => handled.Task;
        await host.StartAsync();
        host.Sqs.Faults = Plan(SqsFaultKind.DuplicateDelivery, 0.5);

        await host.SendNotesAsync(20);
        await FailureIsReportedAsync(host);
        host.Sqs.Faults = null;
        handled.SetResult();
        await host.QueueIsEmptyAsync();

        Assert.Equal(20, host.Behaviour.Seen.Select(x => x.Text).Distinct().Count());
    }

    private static Task FailureIsReportedAsync(RiderHost host) => host.EventuallyAsync(
        () => host.Log.Contains("The receive endpoint of notes failed", StringComparison.Ordinal),
        "the log reports the failure");

    private static SqsFaultPlan Plan(SqsFaultKind kind, double probability) => new()
    {
        Seed = 7,
        Rules = [new SqsFaultRule { Kind = kind, Operation = "ReceiveMessage", Probability = probability }],
    };
}

using Amazon.SQS.Model;

namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourLongPolls(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_waiting_receive_gets_a_message_sent_meanwhile(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await TestQueue.CreateAsync(sqs);

        var waiting = queue.WaitAsync();
        await queue.SendAsync("x");

        Assert.Equal("x", Assert.Single(await waiting).Body);
    }

    [LocalFact]
    public async Task The_wait_time_of_the_queue_is_the_default_and_ends_without_a_message()
    {
        await using var local = await LocalQueue.StartAsync(new() { ["ReceiveMessageWaitTimeSeconds"] = "20" });

        var waiting = local.Queue.ReceiveAsync();
        await local.Time.WaitForTimersAsync();
        local.Advance(19);
        Assert.False(waiting.IsCompleted);
        local.Advance(1);

        Assert.Empty(await waiting);
    }

    [LocalFact]
    public async Task A_waiting_receive_gets_a_message_whose_delay_or_visibility_timeout_ends()
    {
        await using var local = await LocalQueue.StartAsync(new() { ["VisibilityTimeout"] = "10" });
        await local.Queue.SendAsync("x", request => request.DelaySeconds = 5);

        for (var round = 0; round < 2; round++)
        {
            var waiting = local.Queue.WaitAsync();
            await local.Time.WaitForTimersAsync();
            local.Advance(10);
            Assert.Single(await waiting);
        }
    }

    [LocalFact]
    public async Task A_waiting_receive_gets_a_delayed_message_sent_meanwhile()
    {
        await using var local = await LocalQueue.StartAsync();
        var waiting = local.Queue.WaitAsync();
        await local.Time.WaitForTimersAsync();
        await local.Queue.SendAsync("x", request => request.DelaySeconds = 5);

        local.Advance(5);

        Assert.Single(await waiting);
    }

    [LocalFact]
    public async Task A_waiting_receive_gets_a_message_that_another_received_meanwhile_and_did_not_delete()
    {
        await using var local = await LocalQueue.StartAsync();
        var waiting = Enumerable.Range(0, 2).Select(_ => local.Queue.ReceiveAsync(change: request =>
        {
            request.WaitTimeSeconds = 20;
            request.VisibilityTimeout = 5;
        })).ToArray();
        await local.Time.WaitForTimersAsync(2);
        await local.Queue.SendAsync("x");
        Assert.Single(await await Task.WhenAny(waiting));

        local.Advance(5);

        Assert.All(await Task.WhenAll(waiting), messages => Assert.Single(messages));
    }

    [LocalFact]
    public async Task A_waiting_receive_gets_a_message_that_another_releases()
    {
        await using var local = await LocalQueue.StartAsync();
        await local.Queue.SendAsync("x");
        var message = await local.Queue.ReceiveOneAsync();

        var waiting = local.Queue.WaitAsync();
        await local.Time.WaitForTimersAsync();
        await local.Queue.ChangeVisibilityAsync(message, 0);

        Assert.Single(await waiting);
    }

    [LocalFact]
    public async Task Every_waiting_receive_gets_a_message_when_there_is_one_for_each()
    {
        await using var local = await LocalQueue.StartAsync();
        var waiting = Enumerable.Range(0, 8).Select(_ => local.Queue.WaitAsync(1)).ToArray();
        await local.Time.WaitForTimersAsync(8);

        for (var i = 0; i < 8; i++)
        {
            await local.Queue.SendAsync($"{i}");
        }

        Assert.All(await Task.WhenAll(waiting), messages => Assert.Single(messages));
    }

    [LocalFact]
    public async Task Every_waiting_receive_gets_a_message_when_all_become_visible_at_once()
    {
        await using var local = await LocalQueue.StartAsync(new() { ["DelaySeconds"] = "5" });
        var waiting = Enumerable.Range(0, 4).Select(_ => local.Queue.WaitAsync(1)).ToArray();
        await local.Time.WaitForTimersAsync(4);
        for (var i = 0; i < 4; i++)
        {
            await local.Queue.SendAsync($"{i}");
        }

        local.Advance(5);

        Assert.All(await Task.WhenAll(waiting), messages => Assert.Single(messages));
    }

    [LocalFact]
    public async Task A_waiting_receive_is_rejected_when_its_queue_is_deleted()
    {
        await using var local = await LocalQueue.StartAsync();
        var waiting = local.Queue.WaitAsync();
        await local.Time.WaitForTimersAsync();

        await local.Sqs.DeleteQueueAsync(local.Queue.Url);

        await Rejection.OfAsync<QueueDoesNotExistException>("AWS.SimpleQueueService.NonExistentQueue", () => waiting);
    }
}

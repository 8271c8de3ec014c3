namespace FetchEtl.Local.Tests;

public sealed class SqsBehaviourLongPolls(SqsEndpoint endpoint) : IClassFixture<SqsEndpoint>
{
    [Theory, EachProtocol]
    public async Task A_waiting_receive_gets_what_is_sent(WireProtocol protocol)
    {
        using var sqs = endpoint.Client(protocol);
        var queue = await sqs.CreateQueueAsync();

        var waiting = queue.ReceiveAsync(more: new() { ["WaitTimeSeconds"] = 20 });
        await queue.SendAsync("x");

        Assert.Equal("x", (string)Assert.Single(await waiting)["Body"]!);
    }

    [LocalFact]
    public async Task The_queues_own_wait_time_is_the_default_and_ends_empty_handed()
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
        await local.Queue.SendAsync("x", new() { ["DelaySeconds"] = 5 });

        for (var round = 0; round < 2; round++)
        {
            var waiting = local.Queue.ReceiveAsync(more: new() { ["WaitTimeSeconds"] = 20 });
            await local.Time.WaitForTimersAsync();
            local.Advance(10);
            Assert.Single(await waiting);
        }
    }

    [LocalFact]
    public async Task A_waiting_receive_gets_a_delayed_message_that_is_sent_while_it_waits()
    {
        await using var local = await LocalQueue.StartAsync();
        var waiting = local.Queue.ReceiveAsync(more: new() { ["WaitTimeSeconds"] = 20 });
        await local.Time.WaitForTimersAsync();
        await local.Queue.SendAsync("x", new() { ["DelaySeconds"] = 5 });

        local.Advance(5);

        Assert.Single(await waiting);
    }

    [LocalFact]
    public async Task A_waiting_receive_gets_what_another_took_while_it_waited_and_did_not_delete()
    {
        await using var local = await LocalQueue.StartAsync();
        var waiting = Enumerable.Range(0, 2)
            .Select(_ => local.Queue.ReceiveAsync(more: new() { ["WaitTimeSeconds"] = 20, ["VisibilityTimeout"] = 5 })).ToArray();
        await local.Time.WaitForTimersAsync(2);
        await local.Queue.SendAsync("x");
        Assert.Single(await await Task.WhenAny(waiting));

        local.Advance(5);

        Assert.All(await Task.WhenAll(waiting), messages => Assert.Single(messages));
    }

    [LocalFact]
    public async Task A_waiting_receive_gets_what_another_gives_back()
    {
        await using var local = await LocalQueue.StartAsync();
        await local.Queue.SendAsync("x");
        var message = await local.Queue.ReceiveOneAsync();

        var waiting = local.Queue.ReceiveAsync(more: new() { ["WaitTimeSeconds"] = 20 });
        await local.Time.WaitForTimersAsync();
        await local.Queue.ChangeVisibilityAsync(message, 0);

        Assert.Single(await waiting);
    }

    [LocalFact]
    public async Task Every_waiting_receive_gets_its_message_when_there_is_one_for_each()
    {
        await using var local = await LocalQueue.StartAsync();
        var waiting = Enumerable.Range(0, 8)
            .Select(_ => local.Queue.ReceiveAsync(1, new() { ["WaitTimeSeconds"] = 20 })).ToArray();
        await local.Time.WaitForTimersAsync(8);

        for (var i = 0; i < 8; i++)
        {
            await local.Queue.SendAsync($"{i}");
        }

        Assert.All(await Task.WhenAll(waiting), messages => Assert.Single(messages));
    }

    [LocalFact]
    public async Task Every_waiting_receive_gets_its_message_when_all_become_visible_at_once()
    {
        await using var local = await LocalQueue.StartAsync(new() { ["DelaySeconds"] = "5" });
        var waiting = Enumerable.Range(0, 4)
            .Select(_ => local.Queue.ReceiveAsync(1, new() { ["WaitTimeSeconds"] = 20 })).ToArray();
        await local.Time.WaitForTimersAsync(4);
        for (var i = 0; i < 4; i++)
        {
            await local.Queue.SendAsync($"{i}");
        }

        local.Advance(5);

        Assert.All(await Task.WhenAll(waiting), messages => Assert.Single(messages));
    }

    [LocalFact]
    public async Task A_receive_that_waits_on_a_queue_that_is_deleted_learns_of_it()
    {
        await using var local = await LocalQueue.StartAsync();
        var waiting = local.Queue.RefusedAsync("ReceiveMessage", new() { ["WaitTimeSeconds"] = 20 });
        await local.Time.WaitForTimersAsync();

        await local.Queue.CallAsync("DeleteQueue");

        Assert.Equal("AWS.SimpleQueueService.NonExistentQueue", (await waiting).Code);
    }
}

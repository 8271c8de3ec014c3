using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;

namespace FetchEtl.Sqs.Tests;

public sealed class SqsFifoTests
{
    private const string Queue = "notes.fifo";

    [Fact]
    public async Task A_groups_messages_are_handled_one_after_the_other_in_order_and_groups_side_by_side()
    {
        var handled = new ConcurrentQueue<string>();
        var running = new ConcurrentDictionary<string, int>();
        var sideBySide = 0;
        await using var host = await RiderHost.CreateAsync(queueName: Queue);
        host.Behaviour.Handle = async context =>
        {
            var group = GroupOf(context.Message.Text);
            Assert.True(running.TryAdd(group, 0), "Two messages of a group were handled at the same time.");
            sideBySide = Math.Max(sideBySide, running.Count);
            await Task.Delay(TimeSpan.FromMilliseconds(2), host.Time);
            handled.Enqueue(context.Message.Text);
            running.TryRemove(group, out _);
        };
        await host.StartAsync(Queue);

        string[] groups = ["a", "b", "c", "d"];
        await Task.WhenAll(groups.Select(x => host.SendGroupAsync(x, 40)));
        await host.QueueIsEmptyAsync();

        Assert.All(groups, x => Assert.Equal(InOrder(x, 40), handled.Where(text => GroupOf(text) == x)));
        Assert.InRange(sideBySide, 2, 4);
        Assert.Equal((0, 0), await host.DepthAsync(host.DeadLetterUrl));
    }

    [Fact]
    public async Task A_returned_message_is_handled_before_the_rest_of_its_group()
    {
        var handled = new ConcurrentQueue<string>();
        var faults = 0;
        await using var host = await RiderHost.CreateAsync(queueName: Queue);
        host.Behaviour.Handle = context =>
        {
            if (context.Message.Text == "a-3" && Interlocked.Increment(ref faults) == 1)
            {
                throw new InvalidOperationException("transient");
            }

            handled.Enqueue(context.Message.Text);
            return Task.CompletedTask;
        };
        await host.StartAsync(Queue);

        await host.SendGroupAsync("a", 10);
        await host.SendGroupAsync("b", 5);
        await host.QueueIsEmptyAsync();

        Assert.Equal(InOrder("a", 10), handled.Where(x => GroupOf(x) == "a"));
        Assert.Equal(InOrder("b", 5), handled.Where(x => GroupOf(x) == "b"));
    }

    /// <summary>
    /// SQS delivers a released message again while later ones of its group are still in flight here.
    /// </summary>
    [Fact]
    public async Task Groups_keep_their_order_though_many_of_their_messages_return()
    {
        var handled = new ConcurrentQueue<string>();
        var attempts = new ConcurrentDictionary<string, int>();
        await using var host = await RiderHost.CreateAsync(queueName: Queue);
        host.Behaviour.Handle = context =>
        {
            var text = context.Message.Text;
            var attempt = attempts.AddOrUpdate(text, 1, (_, count) => count + 1);
            if (attempt <= 2 && text[^1] is ('1' or '4'))
            {
                throw new InvalidOperationException("transient");
            }

            handled.Enqueue(text);
            return Task.CompletedTask;
        };
        await host.StartAsync(Queue);

        string[] groups = ["a", "b", "c"];
        await Task.WhenAll(groups.Select(x => host.SendGroupAsync(x, 6)));
        await host.QueueIsEmptyAsync();

        Assert.All(groups, x => Assert.Equal(InOrder(x, 6), handled.Where(text => GroupOf(text) == x)));
        Assert.Equal((0, 0), await host.DepthAsync(host.DeadLetterUrl));
    }

    [Fact]
    public async Task A_dead_letter_keeps_its_group_and_does_not_hold_up_the_rest_of_it()
    {
        await using var host = await RiderHost.CreateAsync(queueName: Queue);
        host.Behaviour.Handle = context => context.Message.Text is "a-2" or "a-4"
            ? throw new ValidationException("text: is even")
            : Task.CompletedTask;
        await host.StartAsync(Queue);

        await host.SendGroupAsync("a", 6);
        await host.QueueIsEmptyAsync();
        Assert.Equal(6, host.Behaviour.Seen.Count);

        var letters = await host.DeadLettersAsync();
        Assert.Equal(2, letters.Count);
        Assert.All(letters, x => Assert.Equal("a", x.Attributes["MessageGroupId"]));
        Assert.All(letters, x => Assert.Equal(
            x.MessageAttributes[DeadLetterAttributes.OriginalMessageId].StringValue,
            x.Attributes["MessageDeduplicationId"]));
    }

    [Fact]
    public async Task Stopping_releases_at_once_the_messages_of_a_group_that_wait_for_the_one_being_handled()
    {
        var gate = new TaskCompletionSource();
        await using var host = await RiderHost.CreateAsync(queueName: Queue);
        host.Behaviour.Handle = _ => gate.Task;
        await host.StartAsync(Queue);
        await host.SendGroupAsync("a", 5);
        await host.EventuallyAsync(() => !host.Behaviour.Seen.IsEmpty, "the first is being handled");

        var stopping = host.BeginStopAsync();
        await host.EventuallyAsync(
            async () => (await host.DepthAsync(host.QueueUrl)).InFlight == 1, "all but the first are released");
        gate.SetResult();
        await host.EventuallyAsync(() => stopping.IsCompleted, "the bus has stopped");

        Assert.Equal((4, 0), await host.DepthAsync(host.QueueUrl));
    }

    [Fact]
    public async Task CreateQueues_creates_missing_FIFO_queues_as_FIFO()
    {
        await using var host = await RiderHost.CreateAsync(x => x.CreateQueues = true, Queue);
        Assert.Empty((await host.Client.ListQueuesAsync(string.Empty)).QueueUrls ?? []);

        await host.StartAsync(Queue);

        Assert.EndsWith("/notes-dead.fifo", host.DeadLetterUrl, StringComparison.Ordinal);
        foreach (var url in new[] { host.QueueUrl, host.DeadLetterUrl })
        {
            Assert.True((await host.Client.GetQueueAttributesAsync(url, ["FifoQueue"])).FifoQueue);
        }
    }

    private static string GroupOf(string text) => text[..text.IndexOf('-', StringComparison.Ordinal)];

    private static IEnumerable<string> InOrder(string group, int count) =>
        Enumerable.Range(0, count).Select(x => $"{group}-{x}");
}

using System.ComponentModel.DataAnnotations;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// Tasks that a consumer adds to its receive. The message is settled when they end, not when the consumer returns.
/// </summary>
public sealed class ReceiveTaskTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_is_deleted_when_all_its_receive_tasks_end_and_released_by_a_stop_before(bool allEnd)
    {
        var first = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        var addedLater = new TaskCompletionSource();
        await using var host = await RiderHost.CreateAsync(
            consumerStopTimeout: TimeSpan.Zero, stopTimeout: TimeSpan.FromSeconds(2));
        host.Behaviour.Handle = context =>
        {
            context.ReceiveContext.AddReceiveTask(first.Task);
            context.ReceiveContext.AddReceiveTask(AddAnotherAsync());
            return Task.CompletedTask;

            async Task AddAnotherAsync()
            {
                await second.Task;
                context.ReceiveContext.AddReceiveTask(addedLater.Task);
            }
        };
        await host.StartAsync();
        await host.SendNotesAsync(1);
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 1, "the message is consumed");

        first.SetResult();
        second.SetResult();
        if (allEnd)
        {
            addedLater.SetResult();
            await host.QueueIsEmptyAsync();
        }

        await host.StopAsync();
        Assert.Equal((allEnd ? 0 : 1, 0), await host.DepthAsync(host.QueueUrl));
    }

    [Fact]
    public async Task A_message_whose_receive_task_fails_permanently_is_dead_lettered()
    {
        var outcome = new TaskCompletionSource();
        await using var host = await RiderHost.CreateAsync();
        host.Behaviour.Handle = context =>
        {
            context.ReceiveContext.AddReceiveTask(outcome.Task);
            return Task.CompletedTask;
        };
        await host.StartAsync();
        await host.SendNotesAsync(1);
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 1, "the message is consumed");

        outcome.SetException(new ValidationException("text: is refused"));

        var letter = await host.OnlyDeadLetterAsync();
        Assert.Equal("text: is refused", letter.MessageAttributes[DeadLetterAttributes.Reason].StringValue);
        await host.QueueIsEmptyAsync();
    }
}

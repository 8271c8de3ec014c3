using System.ComponentModel.DataAnnotations;

namespace FetchEtl.Sqs.Tests;

/// <summary>What consumers leave to their receive: the message is settled by that, not by the consumer's end.</summary>
public sealed class ReceiveTaskTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_is_deleted_when_all_its_receive_tasks_have_ended_and_goes_back_at_a_stop_while_one_has_not(bool allEnd)
    {
        var (first, second, addedLater) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        await using var host = await RiderHost.CreateAsync(consumerStopTimeout: TimeSpan.Zero, stopTimeout: TimeSpan.FromSeconds(2));
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
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 1, "it is consumed");

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
    public async Task A_receive_task_that_faults_for_good_makes_a_dead_letter_of_its_message()
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
        await host.EventuallyAsync(() => host.Behaviour.Seen.Count == 1, "it is consumed");

        outcome.SetException(new ValidationException("text: is refused"));

        var letter = await host.OnlyDeadLetterAsync();
        Assert.Equal("text: is refused", letter.MessageAttributes[DeadLetterAttributes.Reason].StringValue);
        await host.QueueIsEmptyAsync();
    }
}

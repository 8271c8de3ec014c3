using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Local.Tests;

/// <summary>Runs random steps on a standard queue and compares each step with <see cref="NaiveQueue"/>.</summary>
public sealed class StandardQueueModelTests
{
    private static readonly Gen<Step> Steps = Gen.Frequency(
        (4, Gen.Choose(0, 3).Select(delay => new Step(StepKind.Send, delay * 10))),
        (4, Gen.Choose(1, 10).Select(max => new Step(StepKind.Receive, max))),
        (3, Gen.Choose(0, 40).Select(handle => new Step(StepKind.Delete, handle))),
        (3, Gen.Choose(0, 40).SelectMany(handle => Gen.Choose(0, 4), (handle, time) =>
            new Step(StepKind.ChangeVisibility, handle, time * 15))),
        (3, Gen.Choose(1, 45).Select(seconds => new Step(StepKind.Wait, seconds))));

    [Fact]
    public void A_standard_queue_behaves_like_the_naive_queue() =>
        Prop.ForAll(Steps.ListOf().ToArbitrary(), steps => Run(steps))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(120));

    private static void Run(IEnumerable<Step> steps)
    {
        var time = new FakeTimeProvider();
        var settings = QueueSettings.Create(
            fifo: false, new Dictionary<string, string> { ["MessageRetentionPeriod"] = "300" });
        using var queue = new StoredQueue(1, "q", "arn:q", settings, time, _ => null);
        var model = new NaiveQueue(retention: 300, visibility: 30);
        var handles = new List<(string Real, int Model)>();
        foreach (var step in steps)
        {
            switch (step.Kind)
            {
                case StepKind.Send:
                    model.Send(queue.Send(new MessageContent("x", "md5"), step.First).Key, step.First);
                    break;
                case StepKind.Receive:
                    var deliveries = Receive(queue, step.First);
                    Assert.Equal(Math.Min(step.First, model.Visible), deliveries.Count);
                    handles.AddRange(deliveries.Select(delivery =>
                    {
                        var (handle, count) = model.Receive(delivery.Message.Key);
                        Assert.Equal(count, delivery.ReceiveCount);
                        return (delivery.ReceiptHandle, handle);
                    }));
                    break;
                case StepKind.Delete when handles.Count > 0:
                    var deleted = handles[step.First % handles.Count];
                    queue.Delete(deleted.Real);
                    model.Delete(deleted.Model);
                    break;
                case StepKind.ChangeVisibility when handles.Count > 0:
                    var changed = handles[step.First % handles.Count];
                    Assert.Equal(
                        model.ChangeVisibility(changed.Model, step.Second), Outcome(queue, changed.Real, step.Second));
                    break;
                case StepKind.Wait:
                    time.Advance(TimeSpan.FromSeconds(step.First));
                    model.Wait(step.First);
                    break;
            }

            Assert.Equal((model.Delayed, model.Visible, model.InFlight), queue.Count());
        }
    }

    private static List<Delivery> Receive(StoredQueue queue, int max)
    {
        var receiving = queue.ReceiveAsync(max, visibilitySeconds: null, TimeSpan.Zero, CancellationToken.None).AsTask(
            );
        Assert.True(receiving.IsCompletedSuccessfully);
        return receiving.Result;
    }

    private static string? Outcome(StoredQueue queue, string handle, int seconds)
    {
        try
        {
            queue.ChangeVisibility(handle, seconds);
            return null;
        }
        catch (ApiException e)
        {
            return e.Error.Name;
        }
    }

    private enum StepKind
    {
        Send,
        Receive,
        Delete,
        ChangeVisibility,
        Wait,
    }

    private sealed record Step(StepKind Kind, int First, int Second = 0);
}

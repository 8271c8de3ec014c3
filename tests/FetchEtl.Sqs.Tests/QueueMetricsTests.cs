using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Amazon.SQS.Model;
using Xunit.Abstractions;

namespace FetchEtl.Sqs.Tests;

public sealed class QueueMetricsTests(ITestOutputHelper output)
{
    private const int Rounds = 20_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ten_messages_that_are_received_processed_and_deleted_allocate_nothing(bool isListenedTo)
    {
        var metrics = new SqsMetrics();
        using var listener = isListenedTo ? Listen(metrics) : null;
        var queue = new QueueMetrics(metrics, new SqsReceiveSettings("q"), "https://sqs/q", TimeProvider.System);
        var sent = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var messages = Enumerable.Range(0, 10)
            .Select(_ => new Message { Attributes = new() { ["SentTimestamp"] = sent } })
            .ToList();
        Record(Rounds);

        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var begun = Stopwatch.GetTimestamp();
        Record(Rounds);
        var nanoseconds = Stopwatch.GetElapsedTime(begun).TotalNanoseconds / Rounds / messages.Count;

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - allocated);
        output.WriteLine($"{nanoseconds:0} ns a message");

        void Record(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                var at = queue.CallBegins();
                queue.ReceiveEnded(at, exception: null);
                queue.Received(messages, malformed: 0);
                foreach (var message in messages)
                {
                    MessageSpans.Describe(message, queue.ProcessAttributes);
                    queue.Processed(TimeSpan.FromMilliseconds(5), exception: null);
                }

                queue.CallEnded(LeaseCallKind.Delete, at, errorType: null);
            }
        }
    }

    [Fact]
    public void A_rule_without_a_name_is_other()
    {
        var settings = new SqsReceiveSettings("q");
        Assert.Equal("other", Rule(new InvalidOperationException()));

        settings.DeadLetterRule = _ => null;
        Assert.Equal("other", Rule(new InvalidOperationException()));

        settings.DeadLetterRule = _ => string.Empty;
        Assert.Equal("other", Rule(new InvalidOperationException()));

        settings.DeadLetterRule = _ => throw new InvalidOperationException();
        Assert.Equal("other", Rule(new InvalidOperationException()));

        settings.DeadLetterRule = exception => exception.Message;
        Assert.Equal("ip.too_long", Rule(new AggregateException(new InvalidOperationException("ip.too_long"))));

        string Rule(Exception exception) =>
            new QueueMetrics(new SqsMetrics(), settings, "https://sqs/q", TimeProvider.System).RuleOf(exception);
    }

    private static MeterListener Listen(SqsMetrics metrics)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter, metrics.Sent.Meter))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.Start();
        return listener;
    }
}

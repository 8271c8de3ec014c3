using MassTransit;

namespace FetchEtl.Sqs;

/// <summary>
/// Configures an endpoint that receives from one SQS queue. <c>PrefetchCount</c> bounds how many messages this process
/// holds at a time (received and neither deleted nor returned): 1 to 100,000, 2,000 unless set.
/// </summary>
public interface ISqsReceiveEndpointConfigurator : IReceiveEndpointConfigurator
{
    /// <summary>
    /// The queue that takes messages which can never be consumed. <c>&lt;queue&gt;-dead</c> unless set
    /// (<c>&lt;queue&gt;-dead.fifo</c> for a FIFO queue).
    /// </summary>
    string DeadLetterQueueName { set; }

    /// <summary>
    /// Whether queues that do not exist are created at start. False unless set: the queue belongs to its producer.
    /// </summary>
    bool CreateQueues { set; }

    /// <summary>
    /// How long a receive waits for a message: 0 to 20 whole seconds. 20 unless set, at which an idle worker makes 3
    /// calls a minute.
    /// </summary>
    TimeSpan WaitTime { set; }

    /// <summary>
    /// How long SQS hides a received message from other consumers: 5 seconds to 12 hours, in whole seconds; 30 seconds
    /// unless set. Leases are renewed at half of it. The messages of a killed worker stay hidden for as long.
    /// </summary>
    TimeSpan VisibilityTimeout { set; }

    /// <summary>
    /// How many bytes of bodies this process holds at most, in addition to the count: at least 10 MiB, 192 MiB unless
    /// set. The endpoint receives only while ten bodies of SQS's largest size, 1 MiB each, would still fit.
    /// </summary>
    long PrefetchBytes { set; }

    /// <summary>
    /// Awaited before each receive. Until it completes nothing is received, and the messages in flight keep their
    /// leases. Let it complete when the consumers can do their work, so that an outage behind them uses up no message's
    /// receive count. Always open unless set.
    /// </summary>
    Func<CancellationToken, Task> ReceiveGate { set; }

    /// <summary>
    /// Secret keys, the first generation first, that authenticate the identity which a dead letter carries. With them a
    /// redriven message keeps the MessageId and the sent time of its first sending. The last key signs, and any of them
    /// verifies, so a key may be added at the end and none may be removed. None unless set: a dead letter then carries
    /// no identity, and a redriven message is a new one.
    /// </summary>
    IReadOnlyList<byte[]> IdentityKeys { set; }

    /// <summary>
    /// Names the rule that a message broke, for the metric <c>fetchetl.sqs.dead_lettered</c>: one of a few fixed names,
    /// never a value. It gets the consumer's exception. Null, an exception, and no function at all count as
    /// <c>other</c>.
    /// </summary>
    Func<Exception, string?>? DeadLetterRule { set; }
}

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

    /// <summary>
    /// What stands around the message in each body; <see cref="SqsUnwrap.None"/> unless set. The message's own id and
    /// sent time stay those of SQS. <see cref="SqsHeaders"/> carry the ids of the wrappers.
    /// </summary>
    SqsUnwrap Unwrap { set; }

    /// <summary>
    /// The S3 buckets from which payloads are read where a body is a pointer of AWS's extended clients for SQS and SNS.
    /// A sender that may write to the queue can name any object there. None unless set: a pointer then becomes a dead
    /// letter. The rider uses the <c>IAmazonS3</c> that the application registered, else one built from AWS's own
    /// settings. A payload is at most 1 MiB, as a body is.
    /// </summary>
    IReadOnlyList<string> PayloadBuckets { set; }

    /// <summary>
    /// Whether a payload is deleted from S3 once SQS has deleted its message, which was consumed; the payload of a dead
    /// letter stays. False unless set. A message that SQS delivers again later then becomes a dead letter.
    /// </summary>
    bool DeletePayloads { set; }
}

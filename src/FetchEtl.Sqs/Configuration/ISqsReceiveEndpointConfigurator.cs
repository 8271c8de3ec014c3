using MassTransit;

namespace FetchEtl.Sqs;

/// <summary>
/// Configures an endpoint that receives from one SQS queue. <c>PrefetchCount</c> bounds how many
/// messages this process holds at a time (received and neither deleted nor given back); 2,000 unless set.
/// </summary>
public interface ISqsReceiveEndpointConfigurator : IReceiveEndpointConfigurator
{
    /// <summary>
    /// The queue that takes messages which can never be consumed. <c>&lt;queue&gt;-dead</c> unless set
    /// (<c>&lt;queue&gt;-dead.fifo</c> for a FIFO queue).
    /// </summary>
    string DeadLetterQueueName { set; }

    /// <summary>Whether queues that do not exist are created at start. False unless set: the queue belongs to its producer.</summary>
    bool CreateQueues { set; }

    /// <summary>How long a receive waits for a message: 0 to 20 seconds. 20 unless set, which costs an idle worker 3 calls a minute.</summary>
    TimeSpan WaitTime { set; }

    /// <summary>
    /// How long a received message stays hidden from other consumers before its lease must be renewed: 5 seconds to 12 hours,
    /// 30 seconds unless set. Leases are renewed at half of it, so this is how long a killed worker's messages are kept back.
    /// </summary>
    TimeSpan VisibilityTimeout { set; }

    /// <summary>
    /// How many bytes of bodies this process holds at most, beside the count; 192 MiB unless set, 10 MiB at least. A receive
    /// is made only when ten bodies of SQS's largest size, 1 MiB each, would still fit.
    /// </summary>
    long PrefetchBytes { set; }

    /// <summary>
    /// Awaited before each receive. While it has not completed nothing is received, and the messages held keep their leases: give
    /// it what completes when the consumers can do their work, so that an outage behind them uses up no message's receive
    /// count. Always open unless set.
    /// </summary>
    Func<CancellationToken, Task> ReceiveGate { set; }
}

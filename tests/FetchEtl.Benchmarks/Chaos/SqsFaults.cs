using FetchEtl.Local;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The ordinary faults of SQS, which happen during the whole run. Sends to <see cref="ChaosEstate.Queue"/> never fail,
/// so the run knows which messages were sent.
/// </summary>
internal static class SqsFaults
{
    private const string Receive = "ReceiveMessage";
    private const string Delete = "DeleteMessageBatch";
    private const string Renew = "ChangeMessageVisibilityBatch";

    private static readonly SqsFaultRule[] Ordinary =
    [
        Rule(SqsFaultKind.Error, Receive, 0.02),
        Rule(SqsFaultKind.Error, Receive, 0.005, code: "ExpiredToken"),
        Rule(SqsFaultKind.Error, Delete, 0.02),
        Rule(SqsFaultKind.Error, Renew, 0.05),
        Rule(SqsFaultKind.Error, "GetQueueUrl", 0.1),
        DeadLetterRule(SqsFaultKind.Error, 0.05),
        Rule(SqsFaultKind.Throttling, Receive, 0.02),
        Rule(SqsFaultKind.Throttling, Delete, 0.02),
        Rule(SqsFaultKind.Throttling, Renew, 0.05),
        DeadLetterRule(SqsFaultKind.Throttling, 0.05),
        Rule(SqsFaultKind.Latency, Receive, 0.02, latencyMilliseconds: 300),
        Rule(SqsFaultKind.Latency, Delete, 0.02, latencyMilliseconds: 1000),
        Rule(SqsFaultKind.Latency, Renew, 0.02, latencyMilliseconds: 1000),
        Rule(SqsFaultKind.ReplyLost, Receive, 0.01),
        Rule(SqsFaultKind.ReplyLost, Delete, 0.02),
        Rule(SqsFaultKind.ReplyLost, Renew, 0.02),
        DeadLetterRule(SqsFaultKind.ReplyLost, 0.05),
        Rule(SqsFaultKind.PartialBatchFailure, Delete, 0.05),
        Rule(SqsFaultKind.PartialBatchFailure, Renew, 0.05),
        Rule(SqsFaultKind.DuplicateDelivery, Receive, 0.03),
        Rule(SqsFaultKind.StaleHandleSuccess, Delete, 0.02),
        Rule(SqsFaultKind.Reordering, Receive, 0.2),
    ];

    /// <summary>The plan of the ordinary faults.</summary>
    public static SqsFaultPlan Plan(int seed) => new() { Seed = seed, Rules = Ordinary };

    /// <summary>A rule for the queue of the run.</summary>
    public static SqsFaultRule Rule(
        SqsFaultKind kind,
        string operation,
        double probability,
        string? code = null,
        int latencyMilliseconds = 0) => new()
        {
            Kind = kind,
            Operation = operation,
            QueueName = ChaosEstate.Queue,
            Probability = probability,
            Code = code,
            LatencyMilliseconds = latencyMilliseconds,
        };

    private static SqsFaultRule DeadLetterRule(SqsFaultKind kind, double probability) => new()
    {
        Kind = kind,
        Operation = "SendMessageBatch",
        QueueName = ChaosEstate.DeadLetterQueue,
        Probability = probability,
    };
}

using System.Text.Json.Serialization;

namespace FetchEtl.Service;

/// <summary>The result of a drain.</summary>
/// <param name="Received">Messages received, each delivery counted.</param>
/// <param name="Written">Rows inserted.</param>
/// <param name="Duplicates">Logins whose row already existed.</param>
/// <param name="DeadLettered">Messages moved to the dead-letter queue.</param>
/// <param name="Returned">Deliveries returned to the queue for another attempt.</param>
/// <param name="Statements">Statements that carried rows and were committed.</param>
/// <param name="Seconds">Seconds from the start of the host to the last message settled.</param>
/// <param name="MessagesPerSecond">Rows, duplicates and dead letters a second.</param>
/// <param name="ApiCalls">SQS calls by operation, retries counted, as AWS bills them.</param>
internal sealed record DrainSummary(
    long Received,
    long Written,
    long Duplicates,
    long DeadLettered,
    long Returned,
    long Statements,
    double Seconds,
    double MessagesPerSecond,
    IReadOnlyDictionary<string, long> ApiCalls)
{
    /// <summary>Messages that are written, duplicate or dead-lettered.</summary>
    [JsonIgnore]
    public long Settled => Written + Duplicates + DeadLettered;

    /// <summary>All SQS calls.</summary>
    [JsonIgnore]
    public long TotalApiCalls => ApiCalls.Values.Sum();
}

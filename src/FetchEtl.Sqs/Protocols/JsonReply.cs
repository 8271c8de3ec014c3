namespace FetchEtl.Sqs;

/// <summary>What the JSON protocol's replies may hold, all operations but ReceiveMessage in one.</summary>
internal sealed record JsonReply(
    string? QueueUrl,
    string? MessageId,
    Dictionary<string, string>? Attributes,
    IReadOnlyList<JsonReply.Failure>? Failed)
{
    internal readonly record struct Failure(string? Id, string? Code, bool SenderFault, string? Message);
}

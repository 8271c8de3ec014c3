namespace FetchEtl.Local;

/// <param name="Messages">Null rather than empty: SQS leaves the member out when there is no message.</param>
internal sealed record ReceiveMessageResult(List<ReceivedMessage>? Messages);

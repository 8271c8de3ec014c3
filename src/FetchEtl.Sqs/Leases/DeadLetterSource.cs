namespace FetchEtl.Sqs;

/// <summary>Where and when a message died; written as JSON into one attribute, since SQS allows only ten.</summary>
internal sealed record DeadLetterSource(string Queue, int ReceiveCount, DateTimeOffset DeadAt);

namespace FetchEtl.Sqs;

/// <summary>A new visibility timeout for a received message.</summary>
/// <param name="ReceiptHandle">The handle of the receive.</param>
/// <param name="VisibilityTimeout">
/// Counted from now, whole seconds from 0, which gives the message back at once, to 12 hours after its receive.
/// </param>
public readonly record struct SqsVisibilityEntry(string ReceiptHandle, TimeSpan VisibilityTimeout);

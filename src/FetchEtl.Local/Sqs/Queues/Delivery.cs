namespace FetchEtl.Local;

/// <summary>One receive of a message, as it was at that moment.</summary>
internal readonly record struct Delivery(SqsMessage Message, string ReceiptHandle, int ReceiveCount, long FirstReceivedAt);

namespace FetchEtl.Sqs;

/// <summary>
/// S3 refuses to return a payload for a reason that an operator must correct. The message is retried.
/// </summary>
/// <param name="reason">S3's code. Its text is left out, because it can quote the key.</param>
internal sealed class S3PayloadException(string reason) : Exception($"S3 returns no payload: {reason}.");

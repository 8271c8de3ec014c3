namespace FetchEtl.Sqs;

/// <summary>What of a request is signed.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Host">The <c>Host</c> header: with the port unless it is the scheme's own.</param>
/// <param name="Path">The path as it is sent, percent-encoded; no query string.</param>
/// <param name="ContentType">The <c>Content-Type</c> header, if any.</param>
/// <param name="Target">The <c>X-Amz-Target</c> header, if any.</param>
/// <param name="SecurityToken">The <c>X-Amz-Security-Token</c> header, if any.</param>
/// <param name="Payload">The content.</param>
internal readonly record struct SigV4Request(
    string Method,
    string Host,
    string Path,
    string? ContentType,
    string? Target,
    string? SecurityToken,
    ReadOnlyMemory<byte> Payload);

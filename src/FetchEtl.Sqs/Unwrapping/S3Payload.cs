namespace FetchEtl.Sqs;

/// <summary>A message that was read from S3. It takes room among the payloads until it is disposed.</summary>
/// <param name="pointer">Where it stands.</param>
/// <param name="bytes">The object.</param>
/// <param name="window">Bounds the payloads in memory.</param>
internal sealed class S3Payload(S3Pointer pointer, byte[] bytes, PrefetchWindow window) : IDisposable
{
    public S3Pointer Pointer => pointer;

    public byte[] Bytes => bytes;

    public void Dispose() => window.Release(0, bytes.Length);
}

using System.Net;

namespace FetchEtl.Sqs;

/// <summary>A request's payload, in memory, so that it can be signed without a copy and sent again.</summary>
internal sealed class SqsContent : HttpContent
{
    public SqsContent(ReadOnlyMemory<byte> payload, string contentType)
    {
        Payload = payload;
        ContentType = contentType;
        Headers.TryAddWithoutValidation("Content-Type", contentType);
    }

    public ReadOnlyMemory<byte> Payload { get; }

    public string ContentType { get; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(Payload, cancellationToken).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = Payload.Length;
        return true;
    }
}

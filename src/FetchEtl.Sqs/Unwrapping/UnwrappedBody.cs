using MassTransit;

namespace FetchEtl.Sqs;

/// <summary>A body without its wrappers.</summary>
/// <param name="bytes">The message in UTF-8.</param>
internal sealed class UnwrappedBody(byte[] bytes) : IDisposable
{
    public byte[] Bytes { get; set; } = bytes;

    /// <summary>SNS's id of the notification, where the body was one.</summary>
    public string? SnsId { get; set; }

    /// <summary>EventBridge's id of the event, where the body was one.</summary>
    public string? EventId { get; set; }

    /// <summary>What was read from S3, where the body pointed there.</summary>
    public S3Payload? Payload { get; set; }

    /// <summary>The body as the deserializer reads it.</summary>
    public MessageBody ToBody() => new BytesMessageBody(Bytes);

    /// <summary>Releases the bytes, which no message uses any more.</summary>
    public void Dispose() => Payload?.Dispose();
}

using System.Text;
using System.Text.Unicode;

namespace FetchEtl.Sqs;

/// <summary>A message to send.</summary>
public sealed class SqsSendEntry
{
    /// <summary>A message with a body of UTF-8 text.</summary>
    /// <param name="body">1 byte to 1 MiB of UTF-8, attributes counted in ("Amazon SQS message quotas", SQS Developer Guide).</param>
    /// <exception cref="ArgumentException">The body is not UTF-8.</exception>
    public SqsSendEntry(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span))
        {
            throw new ArgumentException("The body of an SQS message must be UTF-8 text.", nameof(body));
        }

        Body = body;
    }

    /// <summary>A message with a body of text.</summary>
    /// <param name="body">The text.</param>
    /// <exception cref="ArgumentException">The text holds half a surrogate pair, which has no UTF-8 form.</exception>
    public SqsSendEntry(string body)
    {
        try
        {
            Body = StrictUtf8.GetBytes(body);
        }
        catch (EncoderFallbackException)
        {
            throw new ArgumentException("The body of an SQS message must not hold half a surrogate pair.", nameof(body));
        }
    }

    /// <summary>The body, UTF-8.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>At most ten attributes, or null for none.</summary>
    public IReadOnlyDictionary<string, SqsMessageAttribute>? MessageAttributes { get; init; }

    /// <summary>How long the message stays invisible at first, whole seconds from 0 to 900. Default: the queue's own delay.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>The message group; FIFO queues require it.</summary>
    public string? MessageGroupId { get; init; }

    /// <summary>The deduplication id; FIFO queues without content-based deduplication require it.</summary>
    public string? MessageDeduplicationId { get; init; }

    private static UTF8Encoding StrictUtf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}

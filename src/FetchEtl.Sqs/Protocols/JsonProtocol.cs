using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FetchEtl.Sqs;

/// <summary>AWS JSON 1.0: every request is a POST to the endpoint's root, the operation in <c>X-Amz-Target</c>.</summary>
internal sealed class JsonProtocol(Uri endpoint) : ISqsProtocol
{
    /// <summary>The body goes to a JSON parser, never into HTML: only what JSON itself demands is escaped.</summary>
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string ContentType = "application/x-amz-json-1.0";

    public SqsProtocol Kind => SqsProtocol.Json;

    public HttpRequestMessage CreateRequest(SqsRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            JsonSerializer.Serialize(writer, request, request.GetType(), SqsJsonContext.Default);
        }

        var message = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new SqsContent(buffer.WrittenMemory, ContentType),
        };
        message.Headers.TryAddWithoutValidation("X-Amz-Target", "AmazonSQS." + request.Operation);
        return message;
    }

    public bool Recognizes(ReadOnlyMemory<byte> content)
    {
        // SetQueueAttributes has nothing to say, and some emulators say it with no content at all.
        var text = content.Span.TrimStart(" \t\r\n"u8);
        return text.IsEmpty || text[0] == (byte)'{';
    }

    public SqsServiceError? ReadError(ReadOnlyMemory<byte> content)
    {
        try
        {
            var error = JsonSerializer.Deserialize(content.Span, SqsJsonContext.Default.JsonError);
            return error?.Type is { Length: > 0 } type
                ? new SqsServiceError(SqsErrors.Normalize(type), error.Message, RequestId: null)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string ReadQueueUrl(ReadOnlyMemory<byte> content) => Read(content).QueueUrl ?? throw Missing("QueueUrl");

    public IReadOnlyDictionary<string, string> ReadQueueAttributes(ReadOnlyMemory<byte> content) =>
        Read(content).Attributes ?? [];

    public string ReadMessageId(ReadOnlyMemory<byte> content) => Read(content).MessageId ?? throw Missing("MessageId");

    public SqsBatchResult ReadBatchResult(ReadOnlyMemory<byte> content) => Read(content).Failed is { Count: > 0 } failed
        ? new SqsBatchResult([.. failed.Select(failure => new SqsBatchFailure(
            BatchId.ToIndex(failure.Id),
            SqsErrors.Normalize(failure.Code ?? throw Missing("Code")),
            failure.SenderFault,
            failure.Message))])
        : SqsBatchResult.Success;

    public IReadOnlyList<SqsMessage> ReadMessages(ReadOnlyMemory<byte> content) => JsonMessageReader.Read(content.Span);

    private static JsonReply Read(ReadOnlyMemory<byte> content)
    {
        try
        {
            return JsonSerializer.Deserialize(content.Span, SqsJsonContext.Default.JsonReply) ?? throw Missing("object");
        }
        catch (JsonException)
        {
            throw new FormatException("The reply is not the operation's JSON.");
        }
    }

    private static FormatException Missing(string member) => new($"The reply has no {member}.");
}

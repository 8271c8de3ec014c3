using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.SQS.Internal;
using Amazon.SQS.Model;
using Amazon.SQS.Model.Internal.MarshallTransformations;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs;

/// <summary>
/// Reads the reply to a receive. The SDK throws a whole reply away when it cannot read one of its messages, or when one
/// MD5 does not match. Then each message is read by itself: a malformed one is reported and left on its queue.
/// </summary>
/// <param name="validates">Whether MD5s are checked, as the SDK's pipeline does unless it is changed.</param>
/// <param name="logger">Gets a line for each malformed message.</param>
internal sealed class ReceiveReply(bool validates, ILogger logger) : JsonResponseUnmarshaller
{
    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        try
        {
            return Read(input);
        }
        catch (Exception) when (TryReadEach(input) is { } response)
        {
            return response;
        }
    }

    public override AmazonServiceException UnmarshallException(
        JsonUnmarshallerContext input, Exception innerException, System.Net.HttpStatusCode statusCode) =>
        ReceiveMessageResponseUnmarshaller.Instance.UnmarshallException(input, innerException, statusCode);

    /// <exception cref="Exception">A part cannot be read, a body is missing, or an MD5 does not match.</exception>
    private ReceiveMessageResponse Read(JsonUnmarshallerContext context)
    {
        var response = (ReceiveMessageResponse)ReceiveMessageResponseUnmarshaller.Instance.Unmarshall(context);
        if (validates)
        {
            ValidationResponseHandler.ValidateReceiveMessage(response);
        }

        return response;
    }

    /// <summary>Null where the reply as a whole is no JSON of a receive.</summary>
    private PartialReceiveResponse? TryReadEach(JsonUnmarshallerContext context)
    {
        try
        {
            context.Stream.Position = 0;
            using var document = JsonDocument.Parse(context.Stream);
            List<JsonElement> messages = [.. document.RootElement.GetProperty("Messages").EnumerateArray()];
            List<Message> read = [.. messages.SelectMany(message => ReadOne(message, context.ResponseData))];
            return new PartialReceiveResponse { Messages = read, Malformed = messages.Count - read.Count };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException
            or KeyNotFoundException or NotSupportedException or IOException)
        {
            return null;
        }
    }

    private List<Message> ReadOne(JsonElement message, IWebResponseData response)
    {
        try
        {
            var json = Encoding.UTF8.GetBytes($$"""{"Messages":[{{message.GetRawText()}}]}""");
            using var content = new MemoryStream(json);
            using var context = new JsonUnmarshallerContext(content, maintainResponseBody: false, response);
            return Read(context).Messages;
        }
        catch (Exception)
        {
            Log.MalformedMessage(logger, IdOf(message));
            return [];
        }
    }

    private static string? IdOf(JsonElement message) =>
        message.ValueKind == JsonValueKind.Object
        && message.TryGetProperty("MessageId", out var id)
        && id.ValueKind == JsonValueKind.String
            ? id.GetString()
            : null;
}

/// <summary>A reply from which malformed messages are left out.</summary>
internal sealed class PartialReceiveResponse : ReceiveMessageResponse
{
    /// <summary>How many.</summary>
    public int Malformed { get; init; }
}

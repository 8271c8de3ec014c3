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
/// Reads the reply to one receive. The SDK throws a whole reply away when it cannot read one of its messages, or when
/// one MD5 does not match. Then each message is read by itself: a malformed one is reported and left on its queue.
/// </summary>
internal sealed class ReceiveReply(ILogger logger) : JsonResponseUnmarshaller
{
    /// <summary>What was read; null before.</summary>
    public ReceiveMessageResponse? Response { get; private set; }

    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        try
        {
            Response = (ReceiveMessageResponse)ReceiveMessageResponseUnmarshaller.Instance.Unmarshall(input);
        }
        catch (Exception) when (TryReadEach(input) is { } response)
        {
            Response = response;
        }

        return Response;
    }

    public override AmazonServiceException UnmarshallException(
        JsonUnmarshallerContext input, Exception innerException, System.Net.HttpStatusCode statusCode) =>
        ReceiveMessageResponseUnmarshaller.Instance.UnmarshallException(input, innerException, statusCode);

    /// <summary>Leaves out each message that the SDK's check of MD5s rejects.</summary>
    public ReceiveMessageResponse Check(ReceiveMessageResponse response)
    {
        if (IsValid(response))
        {
            return response;
        }

        var all = response.Messages.ToLookup(x => IsValid(new ReceiveMessageResponse { Messages = [x] }));
        foreach (var message in all[false])
        {
            Log.MalformedMessage(logger, message.MessageId);
        }

        return new PartialReceiveResponse
        {
            Messages = [.. all[true]],
            Malformed = all[false].Count() + ((response as PartialReceiveResponse)?.Malformed ?? 0),
            ResponseMetadata = response.ResponseMetadata,
            HttpStatusCode = response.HttpStatusCode,
            ContentLength = response.ContentLength,
        };
    }

    private static bool IsValid(ReceiveMessageResponse response)
    {
        try
        {
            ValidationResponseHandler.ValidateReceiveMessage(response);
            return true;
        }
        catch (Exception)
        {
            // An MD5 does not match, or the body is missing.
            return false;
        }
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
            return ((ReceiveMessageResponse)ReceiveMessageResponseUnmarshaller.Instance.Unmarshall(context)).Messages;
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

using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Xml;
using Microsoft.AspNetCore.Http;

namespace FetchEtl.Local;

/// <summary>Query: parameters in a form or in the URL, outputs in XML.</summary>
internal sealed class QueryWire : IWire
{
    private const string Namespace = "http://queue.amazonaws.com/doc/2012-11-05/";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),

        // Without this a carriage return in a body would arrive as a line feed, and its MD5 would not match.
        NewLineHandling = NewLineHandling.Entitize,
    };

    public (string Operation, ReadOnlySequence<byte> Input) Read(HttpRequest request, ReadOnlySequence<byte> body)
    {
        var form = QueryForm.Parse(
            request.QueryString.ToString(), IsJson(request) ? "" : Encoding.UTF8.GetString(body));
        if (form.Value("Action") is not { } operation)
        {
            // LocalStack before 3.0 answers a JSON request with this error.
            throw IsJson(request)
                ? ApiError.InternalError.With(
                    "exception while calling sqs with unknown operation: Operation detection failed. "
                    + "Missing Action in request for query-protocol service")
                : ApiError.MissingAction.With("The request has no parameter Action.");
        }

        // Older clients name the queue in the path of the URL.
        if (request.Path.Value is { Length: > 1 } path)
        {
            if (operation is "CreateQueue" or "ListQueues")
            {
                throw ApiError.UnknownOperation.With($"The action {operation} is not valid for this endpoint.");
            }

            form.Set("QueueUrl", form.Value("QueueUrl") ?? path);
        }

        return (operation, form.ToJson(operation));
    }

    public void WriteOutput(HttpResponse response, ApiOperation operation, Action<Utf8JsonWriter> output) =>
        ResponseBuffer.Write(
            output, static (bytes, to) => WriteOutput(to.response, to.operation, bytes), (response, operation));

    public void WriteError(HttpResponse response, ApiException error)
    {
        if (error.Error == ApiError.MissingAction)
        {
            Send(response, error.Error.Name, static (_, _) => { });
            return;
        }

        // SQS words this error for Query as it did before JSON.
        var message = error.Error == ApiError.QueueDoesNotExist
            ? "The specified queue does not exist for this wsdl version."
            : error.Message;
        Send(response, "ErrorResponse", (xml, requestId) =>
        {
            xml.WriteStartElement("Error");
            xml.WriteElementString("Type", error.Error.Fault);
            xml.WriteElementString("Code", error.Error.QueryCode);
            xml.WriteElementString("Message", message);
            xml.WriteElementString("Detail", "");
            xml.WriteEndElement();
            xml.WriteElementString("RequestId", requestId);
        });
    }

    private static bool IsJson(HttpRequest request) =>
        request.ContentType?.Contains("json", StringComparison.Ordinal) == true;

    private static void Send(HttpResponse response, string root, Action<XmlWriter, string> write)
    {
        var requestId = Guid.NewGuid().ToString();
        response.Headers["x-amzn-RequestId"] = requestId;
        using var stream = new MemoryStream();
        using (var xml = XmlWriter.Create(stream, Settings))
        {
            xml.WriteStartElement(root, Namespace);
            write(xml, requestId);
            xml.WriteEndElement();
        }

        ResponseBuffer.Send(response, "text/xml", stream.GetBuffer().AsMemory(0, (int)stream.Length));
    }

    private static void WriteOutput(HttpResponse response, ApiOperation operation, ReadOnlyMemory<byte> output)
    {
        using var json = JsonDocument.Parse(output);
        Send(response, operation.Name + "Response", (xml, requestId) =>
        {
            if (operation.HasOutput)
            {
                xml.WriteStartElement(operation.Name + "Result");
                QueryXml.WriteMembers(xml, operation.Name, json.RootElement);
                xml.WriteEndElement();
            }

            xml.WriteStartElement("ResponseMetadata");
            xml.WriteElementString("RequestId", requestId);
            xml.WriteEndElement();
        });
    }
}

namespace FetchEtl.Sqs;

/// <summary>The Query protocol, API version 2012-11-05: a form in, XML out, posted to the queue's own path.</summary>
internal sealed class QueryProtocol(Uri endpoint) : ISqsProtocol
{
    private const string ContentType = "application/x-www-form-urlencoded; charset=utf-8";

    public SqsProtocol Kind => SqsProtocol.Query;

    public HttpRequestMessage CreateRequest(SqsRequest request)
    {
        var form = new FormWriter();
        form.Add("Action", request.Operation);
        form.Add("Version", "2012-11-05");
        request.WriteForm(form);
        return new HttpRequestMessage(HttpMethod.Post, Address(request.Queue))
        {
            Content = new SqsContent(form.Written, ContentType),
        };
    }

    public bool Recognizes(ReadOnlyMemory<byte> content)
    {
        try
        {
            return new XmlReply(content).IsResponse;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    public SqsServiceError? ReadError(ReadOnlyMemory<byte> content)
    {
        try
        {
            return new XmlReply(content).Error;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    public string ReadQueueUrl(ReadOnlyMemory<byte> content) => new XmlReply(content).Required("QueueUrl");

    public IReadOnlyDictionary<string, string> ReadQueueAttributes(ReadOnlyMemory<byte> content) =>
        new XmlReply(content).Results("Attribute").ToDictionary(
            attribute => XmlReply.Required(attribute, "Name"),
            attribute => XmlReply.Required(attribute, "Value"));

    public string ReadMessageId(ReadOnlyMemory<byte> content) => new XmlReply(content).Required("MessageId");

    public SqsBatchResult ReadBatchResult(ReadOnlyMemory<byte> content)
    {
        SqsBatchFailure[] failed =
        [
            .. new XmlReply(content).Results("BatchResultErrorEntry").Select(failure => new SqsBatchFailure(
                BatchId.ToIndex(XmlReply.Required(failure, "Id")),
                SqsErrors.Normalize(XmlReply.Required(failure, "Code")),
                bool.TryParse(XmlReply.Optional(failure, "SenderFault"), out var senderFault) && senderFault,
                XmlReply.Optional(failure, "Message"))),
        ];
        return failed is [] ? SqsBatchResult.Success : new SqsBatchResult(failed);
    }

    public IReadOnlyList<SqsMessage> ReadMessages(ReadOnlyMemory<byte> content) => XmlMessageReader.Read(content);

    /// <summary>The queue's path at the endpoint, whatever host its URL names: emulators name hosts of their own.</summary>
    private Uri Address(string? queueUrl) =>
        Uri.TryCreate(queueUrl, UriKind.Absolute, out var queue) ? new Uri(endpoint, queue.AbsolutePath) : endpoint;
}

namespace FetchEtl.Local;

internal static class SendMessage
{
    public static SendMessageResult Run(SqsCall call, SendMessageRequest request)
    {
        var queue = call.Queue(request.QueueUrl);
        return Send(queue, request, MessageValidation.Check(request, queue), id: null);
    }

    /// <summary>Puts checked content on the queue, alone or as the entry <paramref name="id"/> of a batch.</summary>
    public static SendMessageResult Send(SqsQueue queue, MessageToSend request, MessageContent content, string? id)
    {
        var message = queue.Send(content, request.DelaySeconds);
        return new()
        {
            Id = id,
            MessageId = message.Id,
            BodyMd5 = content.BodyMd5,
            AttributesMd5 = content.AttributesMd5,
            SystemAttributesMd5 = content.SystemAttributesMd5,
            SequenceNumber = message.SequenceNumber,
        };
    }
}

namespace FetchEtl.Local;

internal static class SendMessageBatch
{
    public static BatchResult<SendMessageResult> Run(SqsCall call, BatchRequest<SendMessageEntry> request)
    {
        var queue = call.Queue(request.QueueUrl);
        var bytes = request.Entries?.Sum(entry => (long)MessageValidation.SizeOf(entry)) ?? 0;
        if (bytes > SqsLimits.MessageBytes)
        {
            throw SqsError.BatchRequestTooLong.With(
                $"Batch requests cannot be longer than {SqsLimits.MessageBytes} bytes. You have sent {bytes} bytes.");
        }

        return Batch.Run(
            call.Faults, request.Entries, entry => SendMessage.Send(queue, entry, MessageValidation.Check(entry, queue), entry.Id));
    }
}

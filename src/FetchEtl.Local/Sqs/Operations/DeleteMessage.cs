using FetchEtl.Local.Sqs.Contracts;

namespace FetchEtl.Local.Sqs.Operations;

internal static class DeleteMessage
{
    public static Nothing Run(SqsCall call, DeleteMessageRequest request)
    {
        call.Queue(request.QueueUrl).Delete(request.ReceiptHandle);
        return Nothing.Value;
    }
}

using FetchEtl.Local.Sqs.Contracts;

namespace FetchEtl.Local.Sqs.Operations;

internal static class CreateQueue
{
    public static QueueUrlResult Run(SqsCall call, CreateQueueRequest request) =>
        new(call.UrlOf(call.Store.Create(request.QueueName, request.Attributes, request.Tags)));
}

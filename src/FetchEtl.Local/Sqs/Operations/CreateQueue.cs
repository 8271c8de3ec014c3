namespace FetchEtl.Local;

internal static class CreateQueue
{
    public static QueueUrlResult Run(SqsCall call, CreateQueueRequest request) =>
        new(call.UrlOf(call.Store.Create(request.QueueName, request.Attributes, request.Tags)));
}

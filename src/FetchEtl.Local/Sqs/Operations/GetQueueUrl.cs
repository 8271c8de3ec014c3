namespace FetchEtl.Local;

internal static class GetQueueUrl
{
    public static QueueUrlResult Run(SqsCall call, GetQueueUrlRequest request) => request.QueueName is null
        ? throw SqsError.Missing("QueueName")
        : new(call.UrlOf(call.Store.Find(request.QueueName) ?? throw SqsError.NoSuchQueue()));
}

namespace FetchEtl.Local;

internal static class GetQueueUrl
{
    public static QueueUrlOutput Run(ApiCall call, GetQueueUrlInput input) => input.QueueName is null
        ? throw ApiError.Missing("QueueName")
        : new(call.UrlOf(call.Store.Find(input.QueueName) ?? throw ApiError.NoSuchQueue()));
}

internal sealed record GetQueueUrlInput(string? QueueName);

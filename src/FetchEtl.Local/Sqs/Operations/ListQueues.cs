namespace FetchEtl.Local;

internal static class ListQueues
{
    public static ListQueuesResult Run(SqsCall call, ListQueuesRequest request)
    {
        var prefix = request.QueueNamePrefix ?? "";
        var queues = call.Store.All().Where(queue => queue.Name.StartsWith(prefix, StringComparison.Ordinal));
        var (page, next) = Page.Of(queues, request.NextToken, request.MaxResults);
        return new(page.Count == 0 ? null : page.ConvertAll(call.UrlOf), next);
    }
}

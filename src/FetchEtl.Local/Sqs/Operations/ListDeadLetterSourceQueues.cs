namespace FetchEtl.Local;

internal static class ListDeadLetterSourceQueues
{
    public static ListDeadLetterSourceQueuesResult Run(SqsCall call, ListDeadLetterSourceQueuesRequest request)
    {
        var sources = call.Store.SourcesOf(call.Queue(request.QueueUrl));
        var (page, next) = Page.Of(sources, request.NextToken, request.MaxResults);
        return new(page.ConvertAll(call.UrlOf), next);
    }
}

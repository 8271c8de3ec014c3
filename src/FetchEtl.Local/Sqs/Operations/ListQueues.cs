using System.Text;
using System.Text.Json.Serialization;

namespace FetchEtl.Local;

/// <summary>ListQueues and ListDeadLetterSourceQueues: pages of queues, sorted by name.</summary>
internal static class ListQueues
{
    public static ListQueuesOutput Run(ApiCall call, ListQueuesInput input)
    {
        var prefix = input.QueueNamePrefix ?? "";
        var queues = call.Store.All().Where(queue => queue.Name.StartsWith(prefix, StringComparison.Ordinal));
        var (page, next) = Page(queues, input.NextToken, input.MaxResults);
        return new(page.Count == 0 ? null : page.ConvertAll(call.UrlOf), next);
    }

    public static ListSourceQueuesOutput RunForSources(ApiCall call, ListSourceQueuesInput input)
    {
        var sources = call.Store.SourcesOf(call.Queue(input.QueueUrl));
        var (page, next) = Page(sources, input.NextToken, input.MaxResults);
        return new(page.ConvertAll(call.UrlOf), next);
    }

    private static (List<StoredQueue> Queues, string? NextToken) Page(
        IEnumerable<StoredQueue> sorted, string? token, int? max)
    {
        if (max is < 1 or > Quotas.ListedQueues)
        {
            throw ApiError.OutOfRange("MaxResults", max, 1, Quotas.ListedQueues);
        }

        var length = max ?? Quotas.ListedQueues;
        var after = token is null ? null : LastNameIn(token);
        var page = sorted.SkipWhile(queue => after is not null && string.CompareOrdinal(queue.Name, after) <= 0)
            .Take(length + 1).ToList();
        if (page.Count <= length)
        {
            return (page, null);
        }

        // Without MaxResults SQS returns the first thousand and no token.
        page.RemoveAt(length);
        return (page, max is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(page[^1].Name)));
    }

    private static string LastNameIn(string token)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException)
        {
            throw ApiError.InvalidValue("NextToken", token, "No earlier page returned it.");
        }
    }
}

internal sealed record ListQueuesInput(string? QueueNamePrefix, string? NextToken, int? MaxResults);

/// <param name="QueueUrls">Null when there are none: SQS then omits the member.</param>
/// <param name="NextToken">Null on the last page.</param>
internal sealed record ListQueuesOutput(List<string>? QueueUrls, string? NextToken);

internal sealed record ListSourceQueuesInput(string? QueueUrl, string? NextToken, int? MaxResults);

/// <param name="QueueUrls">SQS spells this member in lower case, and only here.</param>
/// <param name="NextToken">Null on the last page.</param>
internal sealed record ListSourceQueuesOutput(
    [property: JsonPropertyName("queueUrls")] List<string> QueueUrls, string? NextToken);

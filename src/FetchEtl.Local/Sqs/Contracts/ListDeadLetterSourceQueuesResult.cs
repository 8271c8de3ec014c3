using System.Text.Json.Serialization;

namespace FetchEtl.Local;

/// <param name="QueueUrls">In lower case on the wire, in this result alone.</param>
/// <param name="NextToken">Null on the last page.</param>
internal sealed record ListDeadLetterSourceQueuesResult(
    [property: JsonPropertyName("queueUrls")] List<string> QueueUrls, string? NextToken);

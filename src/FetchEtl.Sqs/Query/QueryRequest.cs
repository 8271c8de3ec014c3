using System.Text;
using System.Text.Json;

namespace FetchEtl.Sqs;

/// <summary>A JSON request of the SDK in the Query protocol: a form, percent-encoded as RFC 3986 has it.</summary>
internal static class QueryRequest
{
    private const string ContentType = "application/x-www-form-urlencoded; charset=utf-8";

    /// <summary>The request, not signed yet, and its form.</summary>
    /// <param name="request">The SDK's request, which gives the endpoint and the headers.</param>
    /// <param name="json">The content of the SDK's request.</param>
    public static (HttpRequestMessage Request, byte[] Form) Create(HttpRequestMessage request, byte[] json)
    {
        var operation = RequestOperation.Of(request);
        using var document = JsonDocument.Parse(json);
        var members = Members(operation, string.Empty, document.RootElement);
        (string Name, string Value)[] fields = [("Action", operation), ("Version", "2012-11-05"), .. members];
        var form = Encoding.ASCII.GetBytes(
            string.Join('&', fields.Select(x => $"{x.Name}={Uri.EscapeDataString(x.Value)}")));

        var query = new HttpRequestMessage(HttpMethod.Post, Address(request.RequestUri!, document.RootElement))
        {
            Content = new ByteArrayContent(form),
        };
        query.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        RequestOperation.Set(query, operation);

        // Other headers belong to the JSON protocol, or to the signature of the JSON request.
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (name.Equals("User-Agent", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("amz-sdk-", StringComparison.OrdinalIgnoreCase))
            {
                query.Headers.TryAddWithoutValidation(name, values.ToString());
            }
        }

        return (query, form);
    }

    /// <summary>The queue's path at the endpoint, whatever host the queue's URL names: emulators name others.</summary>
    private static Uri Address(Uri endpoint, JsonElement request) =>
        request.TryGetProperty("QueueUrl", out var url)
        && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var queue)
            ? new Uri(endpoint, queue.AbsolutePath)
            : endpoint;

    private static IEnumerable<(string Name, string Value)> Members(string operation, string prefix, JsonElement parent)
    {
        // Two lists may have one element name; the second continues the numbers of the first.
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        return parent.EnumerateObject().SelectMany(member =>
            QuerySchema.MapElement(member.Name) is var (element, key)
                ? member.Value.EnumerateObject().SelectMany(entry => Entry(Next(element), key, entry))
                : QuerySchema.ListElement(operation, member.Name) is { } item
                    ? member.Value.EnumerateArray().SelectMany(value => Value(operation, Next(item), value))
                    : Value(operation, prefix + member.Name, member.Value));

        string Next(string element) => $"{prefix}{element}.{counts[element] = counts.GetValueOrDefault(element) + 1}";

        IEnumerable<(string, string)> Entry(string field, string key, JsonProperty entry) =>
            [($"{field}.{key}", entry.Name), .. Value(operation, field + ".Value", entry.Value)];
    }

    private static IEnumerable<(string Name, string Value)> Value(string operation, string field, JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? Members(operation, field + ".", value) : [(field, value.ToString())];
}

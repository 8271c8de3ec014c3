using System.Globalization;

namespace FetchEtl.Sqs.Tests;

/// <summary>A request that an HTTP client sends.</summary>
internal sealed record SeenRequest(string Line, SortedDictionary<string, string> Headers, string Body)
{
    // These headers are not signed. They name the sender and count the SDK's retries.
    private static readonly string[] MayDiffer = ["User-Agent", "amz-sdk-invocation-id", "amz-sdk-request"];

    /// <summary>Whether the direct path sent it.</summary>
    public bool IsDirect => Headers["User-Agent"].EndsWith(" md/FetchEtl#direct", StringComparison.Ordinal);

    /// <summary>The time of its signature.</summary>
    public DateTimeOffset Time => ParseTime(Headers["X-Amz-Date"]);

    /// <summary>The parts that two requests for the same call have in common.</summary>
    public string Comparable
    {
        get
        {
            var headers = Headers.Where(header => !MayDiffer.Contains(header.Key));
            return string.Join('\n', [Line, .. headers.Select(header => $"{header.Key}: {header.Value}"), Body]);
        }
    }

    public static DateTimeOffset ParseTime(string amzDate) => DateTimeOffset.ParseExact(
        amzDate, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public static async Task<SeenRequest> FromAsync(HttpRequestMessage message)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            // An HTTP client adds it where a message does not.
            ["Host"] = message.RequestUri!.Authority,
        };
        foreach (var (name, values) in message.Headers.NonValidated.Concat(message.Content!.Headers.NonValidated))
        {
            headers[name] = values.ToString();
        }

        headers["Content-Length"] = $"{message.Content.Headers.ContentLength}";
        var line = $"{message.Method} {message.RequestUri} {message.Version}";
        return new SeenRequest(line, headers, await message.Content.ReadAsStringAsync());
    }
}

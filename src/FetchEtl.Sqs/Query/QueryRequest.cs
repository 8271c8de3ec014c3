using System.Text;
using System.Text.Json;

namespace FetchEtl.Sqs;

/// <summary>A JSON request of the SDK as the Query protocol has it: a form, percent-encoded as RFC 3986 has it.</summary>
internal sealed class QueryRequest
{
    private const string ContentType = "application/x-www-form-urlencoded; charset=utf-8";

    private readonly StringBuilder _form = new();
    private readonly string _operation;

    private QueryRequest(string operation)
    {
        _operation = operation;
        Add("Action", operation);
        Add("Version", "2012-11-05");
    }

    /// <summary>The request to send, signed by nobody yet, and its form.</summary>
    /// <param name="request">The SDK's request; gives the endpoint and the headers.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="json">The content of the SDK's request.</param>
    public static (HttpRequestMessage Request, byte[] Form) Create(HttpRequestMessage request, string operation, byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var query = new QueryRequest(operation);
        query.AddMembers(string.Empty, document.RootElement);
        var form = Encoding.ASCII.GetBytes(query._form.ToString());

        var message = new HttpRequestMessage(HttpMethod.Post, Address(request.RequestUri!, document.RootElement))
        {
            Content = new ByteArrayContent(form),
        };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (IsOfEitherProtocol(name))
            {
                message.Headers.TryAddWithoutValidation(name, values.ToString());
            }
        }

        RequestOperation.Set(message, operation);
        return (message, form);
    }

    /// <summary>Other headers belong to the JSON protocol or to the signature of the JSON request.</summary>
    private static bool IsOfEitherProtocol(string header) =>
        header.Equals("User-Agent", StringComparison.OrdinalIgnoreCase) || header.StartsWith("amz-sdk-", StringComparison.OrdinalIgnoreCase);

    /// <summary>The queue's path at the endpoint, whatever host the queue's URL names: emulators name hosts of their own.</summary>
    private static Uri Address(Uri endpoint, JsonElement request) =>
        request.TryGetProperty("QueueUrl", out var url) && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var queue)
            ? new Uri(endpoint, queue.AbsolutePath)
            : endpoint;

    private void AddMembers(string prefix, JsonElement parent)
    {
        // Two lists may share an element's name, so that the second goes on counting where the first ended.
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in parent.EnumerateObject())
        {
            if (QuerySchema.MapElement(member.Name) is var (element, key) && member.Value.ValueKind == JsonValueKind.Object)
            {
                foreach (var entry in member.Value.EnumerateObject())
                {
                    var field = Next(element);
                    Add($"{field}.{key}", entry.Name);
                    AddValue($"{field}.Value", entry.Value);
                }
            }
            else if (QuerySchema.ListElement(_operation, member.Name) is { } item && member.Value.ValueKind == JsonValueKind.Array)
            {
                foreach (var value in member.Value.EnumerateArray())
                {
                    AddValue(Next(item), value);
                }
            }
            else
            {
                AddValue(prefix + member.Name, member.Value);
            }
        }

        string Next(string element)
        {
            counts[element] = counts.GetValueOrDefault(element) + 1;
            return $"{prefix}{element}.{counts[element]}";
        }
    }

    private void AddValue(string field, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                AddMembers(field + ".", value);
                break;
            case JsonValueKind.String:
                Add(field, value.GetString()!);
                break;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                Add(field, value.GetRawText());
                break;
        }
    }

    /// <summary>Field names are ASCII and need no encoding.</summary>
    private void Add(string field, string value)
    {
        if (_form.Length > 0)
        {
            _form.Append('&');
        }

        _form.Append(field).Append('=').Append(Uri.EscapeDataString(value));
    }
}

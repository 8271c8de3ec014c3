using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace FetchEtl.Local;

/// <summary>
/// The parameters of a Query request as a tree: <c>MessageAttribute.1.Value.DataType=String</c> is a path of four
/// steps.
/// </summary>
/// <remarks>
/// A request is rejected before it costs more than its bytes do: by the steps and characters of a name and the number
/// of parameters. The largest request of SQS, a batch of ten full messages, has five hundred.
/// </remarks>
internal sealed class QueryForm
{
    private const int MostParameters = 2000;
    private const int MostSteps = 8;
    private const int LongestName = 1024;

    private static readonly Dictionary<string, QueryForm> NoChildren = [];

    private Dictionary<string, QueryForm>? _children;
    private string? _value;

    public static QueryForm Parse(params ReadOnlySpan<string> texts)
    {
        var root = new QueryForm();
        var count = 0;
        foreach (var text in texts)
        {
            foreach (var parameter in new QueryStringEnumerable(text))
            {
                if (++count > MostParameters)
                {
                    throw ApiError.Serialization.With($"The request has more than {MostParameters} parameters.");
                }

                var node = root;
                foreach (var step in StepsOf(parameter.EncodedName, parameter.DecodeName()))
                {
                    node = node.Child(step);
                }

                node._value = parameter.DecodeValue().ToString();
            }
        }

        return root;
    }

    private Dictionary<string, QueryForm> Children => _children ?? NoChildren;

    public string? Value(string name) => Children.GetValueOrDefault(name)?._value;

    public void Set(string name, string value) => Child(name)._value = value;

    /// <summary>Converts the parameters to the JSON input of the operation.</summary>
    public ReadOnlySequence<byte> ToJson(string operation)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            Write(json, operation);
        }

        return new(bytes.WrittenMemory);
    }

    private static string[] StepsOf(ReadOnlyMemory<char> encoded, ReadOnlyMemory<char> name)
    {
        if (encoded.Length > LongestName || name.Span.Count('.') >= MostSteps)
        {
            throw ApiError.Serialization.With(
                $"The name of a parameter has more than {MostSteps} steps or {LongestName} characters.");
        }

        return name.ToString().Split('.');
    }

    private QueryForm Child(string name)
    {
        _children ??= new(StringComparer.Ordinal);
        if (!_children.TryGetValue(name, out var child))
        {
            _children.Add(name, child = new());
        }

        return child;
    }

    private void Write(Utf8JsonWriter json, string operation)
    {
        if (Children.Count == 0)
        {
            json.WriteStringValue(_value);
            return;
        }

        json.WriteStartObject();
        foreach (var (name, child) in Children)
        {
            switch (QueryNames.Member(operation, name))
            {
                case null when child is { _children: null, _value: "" } && QueryNames.IsList(name):
                    // Botocore sends a list without items under the name that it has in JSON.
                    json.WriteStartArray(name);
                    json.WriteEndArray();
                    break;
                case (var member, null):
                    json.WriteStartArray(member);
                    foreach (var item in child.Items())
                    {
                        item.Write(json, operation);
                    }

                    json.WriteEndArray();
                    break;
                case (var member, { } key):
                    json.WriteStartObject(member);
                    foreach (var item in child.Items())
                    {
                        json.WritePropertyName(item.Value(key) ?? throw ApiError.Missing($"{name}.{key}"));
                        var value = item.Children.GetValueOrDefault("Value")
                            ?? throw ApiError.Missing($"{name}.Value");
                        value.Write(json, operation);
                    }

                    json.WriteEndObject();
                    break;
                default:
                    json.WritePropertyName(name);
                    child.Write(json, operation);
                    break;
            }
        }

        json.WriteEndObject();
    }

    /// <summary>The numbered children in order. Clients may omit the number of a single item.</summary>
    private List<QueryForm> Items()
    {
        var numbered = Children
            .Select(child => (
                Number: int.TryParse(child.Key, CultureInfo.InvariantCulture, out var n) ? n : -1, child.Value))
            .Where(child => child.Number >= 0)
            .OrderBy(child => child.Number)
            .Select(child => child.Value)
            .ToList();
        return numbered.Count > 0 ? numbered : [this];
    }
}

using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace FetchEtl.Local;

/// <summary>
/// The parameters of a Query request as a tree: <c>MessageAttribute.1.Value.DataType=String</c> is a path of four
/// steps.
/// </summary>
internal sealed class QueryForm
{
    private readonly Dictionary<string, QueryForm> _children = new(StringComparer.Ordinal);
    private string? _value;

    public static QueryForm Parse(params ReadOnlySpan<string> texts)
    {
        var root = new QueryForm();
        foreach (var text in texts)
        {
            foreach (var parameter in new QueryStringEnumerable(text))
            {
                var node = root;
                foreach (var step in parameter.DecodeName().ToString().Split('.'))
                {
                    node = node.Child(step);
                }

                node._value = parameter.DecodeValue().ToString();
            }
        }

        return root;
    }

    public string? Value(string name) => _children.GetValueOrDefault(name)?._value;

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

    private QueryForm Child(string name)
    {
        if (!_children.TryGetValue(name, out var child))
        {
            _children.Add(name, child = new());
        }

        return child;
    }

    private void Write(Utf8JsonWriter json, string operation)
    {
        if (_children.Count == 0)
        {
            json.WriteStringValue(_value);
            return;
        }

        json.WriteStartObject();
        foreach (var (name, child) in _children)
        {
            switch (QueryNames.Member(operation, name))
            {
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
                        var value = item._children.GetValueOrDefault("Value")
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
        var numbered = _children
            .Select(child => (
                Number: int.TryParse(child.Key, CultureInfo.InvariantCulture, out var n) ? n : -1, child.Value))
            .Where(child => child.Number >= 0)
            .OrderBy(child => child.Number)
            .Select(child => child.Value)
            .ToList();
        return numbered.Count > 0 ? numbered : [this];
    }
}

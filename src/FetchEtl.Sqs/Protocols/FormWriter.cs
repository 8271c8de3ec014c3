using System.Buffers;
using System.Globalization;
using System.Text;

namespace FetchEtl.Sqs;

/// <summary>Writes <c>application/x-www-form-urlencoded</c> text, percent-encoded as RFC 3986 has it.</summary>
internal sealed class FormWriter
{
    private static readonly SearchValues<byte> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"u8);

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    /// <summary>Writes a field unless its value is null. Names are ASCII and need no encoding.</summary>
    public void Add(string name, string? value)
    {
        if (value is not null)
        {
            Add(name, Encoding.UTF8.GetBytes(value));
        }
    }

    public void Add(string name, int? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public void Add(string name, ReadOnlySpan<byte> utf8)
    {
        if (_buffer.WrittenCount > 0)
        {
            _buffer.Write("&"u8);
        }

        Encoding.ASCII.GetBytes(name, _buffer);
        _buffer.Write("="u8);
        while (!utf8.IsEmpty)
        {
            var plain = utf8.IndexOfAnyExcept(Unreserved);
            if (plain < 0)
            {
                _buffer.Write(utf8);
                return;
            }

            _buffer.Write(utf8[..plain]);
            var encoded = _buffer.GetSpan(3);
            encoded[0] = (byte)'%';
            utf8[plain].TryFormat(encoded[1..], out _, "X2", CultureInfo.InvariantCulture);
            _buffer.Advance(3);
            utf8 = utf8[(plain + 1)..];
        }
    }

    /// <summary>Writes queue attributes: <c>Attribute.1.Name</c>, <c>Attribute.1.Value</c> and so on.</summary>
    public void AddQueueAttributes(IReadOnlyDictionary<string, string>? attributes)
    {
        var number = 0;
        foreach (var (name, value) in attributes ?? System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty)
        {
            number++;
            Add($"Attribute.{number}.Name", name);
            Add($"Attribute.{number}.Value", value);
        }
    }

    /// <summary>Writes message attributes under a prefix, which is empty or ends with a dot.</summary>
    public void AddMessageAttributes(string prefix, IReadOnlyDictionary<string, SqsMessageAttribute>? attributes)
    {
        var number = 0;
        foreach (var (name, attribute) in attributes ?? SqsMessage.NoAttributes)
        {
            var field = $"{prefix}MessageAttribute.{++number}.";
            Add(field + "Name", name);
            Add(field + "Value.DataType", attribute.DataType);
            Add(field + "Value.StringValue", attribute.StringValue);
            if (attribute.BinaryValue is { } binary)
            {
                Add(field + "Value.BinaryValue", Convert.ToBase64String(binary.Span));
            }
        }
    }
}

using System.Text;

namespace FetchEtl.Sqs;

/// <summary>One attribute of a message. Text and number travel as <see cref="StringValue"/>, binary as <see cref="BinaryValue"/>.</summary>
/// <param name="DataType"><c>String</c>, <c>Number</c> or <c>Binary</c>, with an optional label of its own: <c>Number.int</c>.</param>
/// <param name="StringValue">The value of a <c>String</c> or <c>Number</c>, else null.</param>
/// <param name="BinaryValue">The value of a <c>Binary</c>, else null.</param>
public readonly record struct SqsMessageAttribute(string DataType, string? StringValue, ReadOnlyMemory<byte>? BinaryValue)
{
    /// <summary>What type and value take of a message's 1 MiB.</summary>
    internal int Size => Encoding.UTF8.GetByteCount(DataType) + Encoding.UTF8.GetByteCount(StringValue ?? string.Empty) + (BinaryValue?.Length ?? 0);

    /// <summary>The attribute's type, never its value.</summary>
    public override string ToString() => DataType;
}

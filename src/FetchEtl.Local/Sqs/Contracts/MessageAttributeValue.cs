namespace FetchEtl.Local;

/// <summary>A message attribute as it travels.</summary>
internal sealed record MessageAttributeValue
{
    public string? DataType { get; init; }

    public string? StringValue { get; init; }

    public byte[]? BinaryValue { get; init; }
}

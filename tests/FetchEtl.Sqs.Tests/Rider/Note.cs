namespace FetchEtl.Sqs.Tests;

/// <summary>The message that these tests send.</summary>
public sealed class Note
{
    public string Text { get; set; } = string.Empty;
}

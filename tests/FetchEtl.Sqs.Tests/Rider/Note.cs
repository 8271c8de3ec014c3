namespace FetchEtl.Sqs.Tests;

/// <summary>The message of these tests.</summary>
public sealed class Note
{
    public string Text { get; set; } = string.Empty;
}

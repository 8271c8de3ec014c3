namespace FetchEtl.Sqs.Tests.Rider;

/// <summary>The message of these tests.</summary>
public sealed class Note
{
    public string Text { get; set; } = string.Empty;
}

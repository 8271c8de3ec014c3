namespace FetchEtl.Local;

/// <summary>An error that the client is told of.</summary>
internal sealed class SqsException(SqsError error, string message) : Exception(message)
{
    public SqsError Error { get; } = error;
}

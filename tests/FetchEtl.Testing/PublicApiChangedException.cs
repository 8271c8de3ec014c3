namespace FetchEtl.Testing;

/// <summary>The public API of an assembly is not the approved one. The message says how to accept the change.</summary>
public sealed class PublicApiChangedException : Exception
{
    public PublicApiChangedException(string message)
        : base(message)
    {
    }
}

namespace FetchEtl.Local.Tests;

/// <summary>An error response: its Query code (which JSON errors carry in a header), status and message.</summary>
internal sealed class SqsRefusedException(string code, int status, string message) : Exception($"{status} {code}: {message}")
{
    public string Code => code;

    public int Status => status;

    public string Text => message;
}

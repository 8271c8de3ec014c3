namespace FetchEtl.Service;

/// <summary>The command line or the settings ask for something that the verb cannot do.</summary>
/// <param name="problems">Every problem, each with the argument or setting and the remedy.</param>
internal sealed class UsageException(params IReadOnlyList<string> problems) : Exception(string.Join(' ', problems))
{
    /// <summary>Every problem, one line each.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}

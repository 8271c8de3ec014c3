namespace FetchEtl.Masking;

/// <summary>
/// Masking does not start, or does not touch a table: the settings are invalid, the masks would not equal those that
/// the table holds, or a table or column cannot hold masks. The message holds names, generations and remedies, never a
/// key or a value.
/// </summary>
public sealed class MaskingRefusedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="problems">
    /// Every problem, each with its remedy and without any secret or personal value; at least one.
    /// </param>
    public MaskingRefusedException(IReadOnlyList<string> problems)
        : base(string.Join(' ', problems))
    {
        Problems = problems;
    }

    /// <summary>Every problem, each with its remedy.</summary>
    public IReadOnlyList<string> Problems { get; }
}

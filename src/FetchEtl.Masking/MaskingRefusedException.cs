namespace FetchEtl.Logins;

/// <summary>
/// The masks that these settings make do not fit the table: equal values would get unequal masks, or a column is too narrow.
/// Nothing is written until that is corrected. It holds names, generations and remedies, never a key or a value.
/// </summary>
public sealed class MaskingRefusedException : Exception
{
    internal MaskingRefusedException(IReadOnlyList<string> problems)
        : base(string.Join(' ', problems))
    {
        Problems = problems;
    }

    /// <summary>All that is wrong, each with its remedy.</summary>
    public IReadOnlyList<string> Problems { get; }
}

using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>
/// Passes by the problems of unknown keys, and keeps them for the report: <c>doctor</c> checks on without such a key.
/// </summary>
/// <param name="inner">Finds all problems.</param>
internal sealed class UnknownKeys(IValidateOptions<SqsSettings> inner) : IValidateOptions<SqsSettings>
{
    /// <summary>The problems that were passed by at the last validation.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>
    /// Whether a problem is that of an unknown key which is near to no setting. Where a setting was meant, a check
    /// without it would judge another queue, server or table.
    /// </summary>
    public static bool IsOne(string problem) => problem.Contains(" is not a setting", StringComparison.Ordinal)
        && !problem.Contains("did you mean", StringComparison.Ordinal);

    public ValidateOptionsResult Validate(string? name, SqsSettings options)
    {
        var failures = inner.Validate(name, options).Failures?.ToList() ?? [];
        Problems = [.. failures.Where(IsOne)];
        failures.RemoveAll(IsOne);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}

using FetchEtl.Logins;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Writes the entries of one run of a verb to <c>audit_log</c>.</summary>
/// <param name="database">The session.</param>
/// <param name="action">The verb.</param>
/// <param name="purpose">What it is run for.</param>
internal sealed class AuditTrail(LoginDatabase database, string action, string purpose)
{
    /// <summary>The rights that it needs, for error texts.</summary>
    public const string Rights = "SELECT and INSERT on audit_log";

    /// <summary>
    /// Does the work between two entries: the first is committed before it begins, and the second has its outcome.
    /// </summary>
    /// <param name="fields">The fields; <c>*</c> where they are not known.</param>
    /// <param name="count">How many values are asked for.</param>
    /// <param name="work">The work; it returns the verb's exit code.</param>
    /// <param name="outcome">What the work showed or changed so far.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(
        string fields,
        long count,
        Func<Task<int>> work,
        Func<AuditOutcome> outcome,
        CancellationToken cancellationToken) =>
        new AuditLog(database, TimeProvider.System).RunAsync(
            new AuditAction(action, purpose, fields, count),
            Environment.UserName,
            work,
            static code => code switch
            {
                Verb.Succeeded => AuditEnding.Done,
                Verb.LeftBehind => AuditEnding.Incomplete,
                _ => AuditEnding.Failed,
            },
            outcome,
            Warnings.Write,
            cancellationToken);
}

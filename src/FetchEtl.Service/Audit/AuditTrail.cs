using FetchEtl.Logins;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>Writes the entries of one run of a verb to <c>audit_log</c>.</summary>
/// <param name="database">The session.</param>
/// <param name="action">The verb.</param>
/// <param name="purpose">What it is run for.</param>
internal sealed class AuditTrail(LoginDbContext database, string action, string purpose)
{
    /// <summary>The rights that it needs, for error texts.</summary>
    public const string Rights = "SELECT and INSERT on audit_log";

    /// <summary>
    /// Writes an entry. No value may be shown, written or erased before this returns: then the entry is committed.
    /// </summary>
    /// <param name="fields">The fields; <c>*</c> where they are not known.</param>
    /// <param name="count">How many values are asked for.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public Task BeginAsync(string fields, long count, CancellationToken cancellationToken) =>
        new AuditLog(database).AppendAsync(
            new AuditAction(action, purpose, fields, count), Environment.UserName, cancellationToken);
}

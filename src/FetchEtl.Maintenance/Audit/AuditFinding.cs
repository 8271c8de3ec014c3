namespace FetchEtl.Maintenance;

/// <summary>What a verification of <c>audit_log</c> found.</summary>
/// <param name="Entries">How many entries fit, from the first on.</param>
/// <param name="Head">The hash of the last entry that fits; 64 zeros where none does.</param>
/// <param name="Problem">What is wrong with the first entry that does not fit; null where all fit.</param>
public sealed record AuditFinding(long Entries, string Head, string? Problem);

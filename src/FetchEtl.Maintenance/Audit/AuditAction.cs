namespace FetchEtl.Maintenance;

/// <summary>What an entry of <c>audit_log</c> is written for, before it is done.</summary>
/// <param name="Action">
/// What, such as <c>reveal</c>; with <c>: incomplete</c> behind it at most 32 characters.
/// </param>
/// <param name="Purpose">What for.</param>
/// <param name="Fields">The fields; <c>*</c> where they are not known.</param>
/// <param name="Count">How many values are asked for.</param>
public sealed record AuditAction(string Action, string Purpose, string Fields, long Count);

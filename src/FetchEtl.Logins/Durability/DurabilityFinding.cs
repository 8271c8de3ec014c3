namespace FetchEtl.Logins;

/// <summary>A setting of the server or a table under which PostgreSQL can lose committed rows.</summary>
/// <param name="Subject">The setting's or table's name.</param>
/// <param name="Problem">What can be lost, and when.</param>
/// <param name="Remedy">What an operator can do.</param>
public sealed record DurabilityFinding(string Subject, string Problem, string Remedy);

namespace FetchEtl.Logins;

/// <summary>What <see cref="StoredMasksVerifier.RegisterAsync"/> wrote.</summary>
/// <param name="Generations">The generations whose record was written; empty where all were as they should be.</param>
/// <param name="Changes">The settings that changed, each with both values.</param>
/// <param name="Table">What the table says of its rows now.</param>
public sealed record RegisteredSettings(
    IReadOnlyList<int> Generations, IReadOnlyList<string> Changes, TableSettings Table);

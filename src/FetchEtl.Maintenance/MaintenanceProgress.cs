namespace FetchEtl.Logins;

/// <summary>How far a walk over a table is.</summary>
/// <param name="Table">The table.</param>
/// <param name="Pass">Which walk, 1 and up.</param>
/// <param name="Done">Blocks walked.</param>
/// <param name="Total">Blocks there were when it began.</param>
internal readonly record struct LiftProgress(string Table, int Pass, long Done, long Total);

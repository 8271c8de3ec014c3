namespace FetchEtl.Maintenance;

/// <summary>How far a walk over a table is.</summary>
/// <param name="Table">The table.</param>
/// <param name="Pass">The number of the walk, from 1.</param>
/// <param name="Done">The blocks that are done.</param>
/// <param name="Total">The blocks of the table when the walk began.</param>
public readonly record struct MaintenanceProgress(string Table, int Pass, long Done, long Total);

using NpgsqlTypes;

namespace FetchEtl.Maintenance;

/// <summary>A table's blocks from <paramref name="First"/> up to but not including <paramref name="End"/>.</summary>
internal sealed record BlockRange(uint First, uint End)
{
    /// <summary>A row id that is not above any of the range.</summary>
    public NpgsqlTid From => new(First, 0);

    /// <summary>A row id that is above all of the range.</summary>
    public NpgsqlTid To => new(End, 0);
}

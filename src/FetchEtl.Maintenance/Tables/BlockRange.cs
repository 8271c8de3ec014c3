using NpgsqlTypes;

namespace FetchEtl.Maintenance;

/// <summary>
/// The blocks of <paramref name="Part"/> from <paramref name="First"/> up to but not including <paramref name="End"/>.
/// </summary>
internal sealed record BlockRange(TablePart Part, uint First, uint End)
{
    /// <summary>A row id that is not above any of the range.</summary>
    public NpgsqlTid From => new(First, 0);

    /// <summary>A row id that is above all of the range.</summary>
    public NpgsqlTid To => new(End, 0);
}

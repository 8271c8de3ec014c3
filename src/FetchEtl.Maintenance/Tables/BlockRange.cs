using NpgsqlTypes;

namespace FetchEtl.Logins;

/// <summary>A table's blocks from <paramref name="First"/> up to, not including, <paramref name="End"/>.</summary>
internal sealed record BlockRange(uint First, uint End)
{
    /// <summary>Not above any row id of the range.</summary>
    public NpgsqlTid From => new(First, 0);

    /// <summary>Above every row id of the range.</summary>
    public NpgsqlTid To => new(End, 0);
}

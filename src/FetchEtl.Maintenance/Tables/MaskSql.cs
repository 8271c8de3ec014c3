using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>SQL conditions on masks.</summary>
internal static class MaskSql
{
    /// <summary>
    /// The condition that a column holds a mask of any generation, as <see cref="Mask.TryParse"/> decides.
    /// </summary>
    public static string IsMask(string column) => IsMaskOf(column, "[1-9][0-9]{0,3}");

    /// <summary>The condition that a column holds a mask of a generation before this one.</summary>
    public static string IsOlderMask(string column, int generation) =>
        generation == 1 ? "false" : IsMaskOf(column, $"({string.Join('|', Enumerable.Range(1, generation - 1))})");

    /// <summary>The condition that a column holds 64 hex digits, the form of the SHA-256 methods' masks.</summary>
    public static string IsHash(string column) =>
        $"(pg_catalog.length({column}::text) = 64 AND {column}::text COLLATE \"C\" ~ '^[0-9a-fA-F]+$')";

    /// <summary>
    /// The length is a condition of its own: as a part of the pattern, {64} takes ten times as long as +.
    /// </summary>
    private static string IsMaskOf(string column, string generations) =>
        $"({column}::text COLLATE \"C\" ~ '^{generations}:[0-9a-f]+$' AND pg_catalog.length({column}::text) - " +
        $"pg_catalog.strpos({column}::text COLLATE \"C\", ':') = 64)";
}

namespace FetchEtl.Maintenance;

/// <summary>
/// A column in memory: a code for each row, and what the codes stand for. Equal values have equal codes, and codes are
/// in the order of the values.
/// </summary>
internal sealed class RiskColumn
{
    /// <summary>Stands for NULL. It sorts first, so its code is 0.</summary>
    public const long Null = long.MinValue;

    private RiskColumn(int[] codes, long[] values)
    {
        Codes = codes;
        Values = values;
    }

    /// <summary>A code for each row.</summary>
    public int[] Codes { get; }

    /// <summary>The distinct values in order, by code.</summary>
    public long[] Values { get; }

    public bool HasNull => Values.Length > 0 && Values[0] == Null;

    public static RiskColumn Of(long[] rows)
    {
        var values = Distinct(rows);
        return new RiskColumn(Array.ConvertAll(rows, row => Array.BinarySearch(values, row)), values);
    }

    /// <summary>A column in which every row has a value of its own.</summary>
    public static RiskColumn OfRows(int rows) => new(
        [.. Enumerable.Range(0, rows)], [.. Enumerable.Range(0, rows).Select(row => (long)row)]);

    /// <summary>Maps each value to a coarser one.</summary>
    /// <param name="map">Gets values other than NULL.</param>
    public RiskColumn Coarsen(Func<long, long> map)
    {
        var mapped = Array.ConvertAll(Values, value => value == Null ? Null : map(value));
        var values = Distinct(mapped);
        var codes = Array.ConvertAll(mapped, value => Array.BinarySearch(values, value));
        return new RiskColumn(Array.ConvertAll(Codes, code => codes[code]), values);
    }

    private static long[] Distinct(long[] rows)
    {
        var sorted = (long[])rows.Clone();
        Array.Sort(sorted);
        var count = 0;
        foreach (var value in sorted)
        {
            if (count == 0 || sorted[count - 1] != value)
            {
                sorted[count++] = value;
            }
        }

        return sorted[..count];
    }
}

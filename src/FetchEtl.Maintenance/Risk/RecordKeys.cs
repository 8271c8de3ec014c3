namespace FetchEtl.Maintenance;

/// <summary>
/// A number for each row that is equal exactly where the rows are equal in all columns: mixed radix, made dense again
/// where it would overflow.
/// </summary>
internal sealed class RecordKeys
{
    /// <summary>
    /// Below this a key can be multiplied by the codes of any column, of which there are less than 2^31.
    /// </summary>
    private const ulong Room = 1UL << 62;

    private RecordKeys(ulong[] rows) => Rows = rows;

    /// <summary>A key for each row.</summary>
    public ulong[] Rows { get; private set; }

    /// <summary>No key is as high.</summary>
    private ulong Bound { get; set; } = 1;

    public static RecordKeys Of(IReadOnlyList<RiskColumn> columns, int rows)
    {
        var keys = new RecordKeys(new ulong[rows]);
        foreach (var column in columns)
        {
            keys.Add(column);
        }

        return keys;
    }

    /// <summary>
    /// One column that stands for these: its values are the keys, whose order is that of the columns.
    /// </summary>
    public static RiskColumn Join(IReadOnlyList<RiskColumn> columns, int rows) =>
        RiskColumn.Of(Array.ConvertAll(Of(columns, rows).Rows, key => (long)key));

    /// <summary>Adds a column as the lowest digit.</summary>
    public void Add(RiskColumn column)
    {
        var digits = (ulong)Math.Max(1, column.Values.Length);
        if (Bound > Room / digits)
        {
            MakeDense();
        }

        for (var row = 0; row < Rows.Length; row++)
        {
            Rows[row] = (Rows[row] * digits) + (ulong)column.Codes[row];
        }

        Bound *= digits;
    }

    /// <summary>Numbers the keys from 0, in their order.</summary>
    private void MakeDense()
    {
        var sorted = (ulong[])Rows.Clone();
        Array.Sort(sorted);
        var count = 0;
        foreach (var key in sorted)
        {
            if (count == 0 || sorted[count - 1] != key)
            {
                sorted[count++] = key;
            }
        }

        Rows = Array.ConvertAll(Rows, key => (ulong)Array.BinarySearch(sorted, 0, count, key));
        Bound = (ulong)count;
    }
}

namespace FetchEtl.Maintenance;

/// <summary>
/// The classes of rows with equal columns, by the people in each. Rows without a person count as one of the others of
/// their class, so that no class looks larger than it is; a class of such rows alone holds one person.
/// </summary>
internal sealed class RecordClasses
{
    /// <summary>How many classes hold this many people.</summary>
    public SortedDictionary<int, long> Sizes { get; } = [];

    public int SmallestRows { get; private set; } = int.MaxValue;

    /// <summary>The rows of classes with fewer people than the wanted k.</summary>
    public long RowsBelow { get; private set; }

    /// <summary>The people with a row in such a class.</summary>
    public long PeopleBelow { get; private set; }

    public long Count => Sizes.Values.Sum();

    public long Records => Sizes.Sum(size => size.Key * size.Value);

    public int Smallest => Sizes.Keys.First();

    public int Largest => Sizes.Keys.Last();

    /// <summary>Counts the classes of these columns.</summary>
    public static RecordClasses Of(IReadOnlyList<RiskColumn> columns, RiskColumn person, int minK)
    {
        var keys = RecordKeys.Of(columns, person.Codes.Length);
        keys.Add(person);
        var classes = new RecordClasses();
        var people = (ulong)person.Values.Length;
        var below = new bool[people];
        var rows = keys.Rows;
        Array.Sort(rows);
        for (var first = 0; first < rows.Length;)
        {
            // The person is the lowest digit: a class ends where the digits above it change.
            var lowest = rows[first] / people * people;
            var end = first;
            var size = 0;
            for (; end < rows.Length && rows[end] - lowest < people; end++)
            {
                var isAgain = end > first && rows[end] == rows[end - 1];
                size += isAgain || (person.HasNull && rows[end] == lowest) ? 0 : 1;
            }

            size = Math.Max(1, size);
            classes.Sizes[size] = classes.Sizes.GetValueOrDefault(size) + 1;
            classes.SmallestRows = Math.Min(classes.SmallestRows, end - first);
            if (size < minK)
            {
                classes.RowsBelow += end - first;
                for (var row = first; row < end; row++)
                {
                    below[rows[row] - lowest] = true;
                }
            }

            first = end;
        }

        classes.PeopleBelow = below.Skip(person.HasNull ? 1 : 0).LongCount(isBelow => isBelow);
        return classes;
    }

    /// <summary>The records in classes of fewer people than this.</summary>
    public long RecordsBelow(int people) =>
        Sizes.TakeWhile(size => size.Key < people).Sum(size => size.Key * size.Value);
}

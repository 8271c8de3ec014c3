namespace FetchEtl.Maintenance;

/// <summary>
/// Distinct and entropy l-diversity (Machanavajjhala and others, 2007). A person counts once for each of his values in
/// a class, so that many rows of one person do not change the distribution. NULL is a value.
/// </summary>
internal static class DiversityMeasure
{
    /// <param name="name">The column's name.</param>
    /// <param name="classes">The class of each row.</param>
    /// <param name="column">The sensitive column.</param>
    /// <param name="person">The person of each row.</param>
    public static RiskDiversity Of(string name, RiskColumn classes, RiskColumn column, RiskColumn person)
    {
        var pairs = RecordKeys.Join([classes, column], person.Codes.Length);
        var people = PeopleOf(pairs, person);
        var result = new RiskDiversity(name, int.MaxValue, double.PositiveInfinity, 0);
        var (records, uniform) = (0L, 0L);
        for (var first = 0; first < people.Length;)
        {
            // Neither factor reaches 2^31, so the value is the lowest digit of the pair's key.
            var end = first;
            var (total, weighted) = (0L, 0.0);
            for (; end < people.Length && ClassOf(end) == ClassOf(first); end++)
            {
                total += people[end];
                weighted += people[end] * Math.Log(people[end]);
            }

            result = result with
            {
                Distinct = Math.Min(result.Distinct, end - first),
                Entropy = Math.Min(result.Entropy, Math.Exp(Math.Log(total) - (weighted / total))),
            };
            records += total;
            uniform += end - first == 1 ? total : 0;
            first = end;
        }

        return result with { RecordsOfOneValue = (double)uniform / records };

        long ClassOf(int pair) => pairs.Values[pair] / column.Values.Length;
    }

    /// <summary>The people of each pair of class and value; at least one.</summary>
    private static int[] PeopleOf(RiskColumn pairs, RiskColumn person)
    {
        var counts = new int[pairs.Values.Length];
        var keys = RecordKeys.Of([pairs, person], person.Codes.Length).Rows;
        var people = (ulong)person.Values.Length;
        Array.Sort(keys);
        for (var row = 0; row < keys.Length; row++)
        {
            var isAgain = row > 0 && keys[row] == keys[row - 1];
            var (pair, code) = Math.DivRem(keys[row], people);
            counts[pair] += isAgain || (person.HasNull && code == 0) ? 0 : 1;
        }

        return Array.ConvertAll(counts, count => Math.Max(1, count));
    }
}

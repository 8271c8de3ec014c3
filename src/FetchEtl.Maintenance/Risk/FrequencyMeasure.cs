namespace FetchEtl.Maintenance;

/// <summary>
/// What the frequencies of equal masks reveal to an attacker who knows how often each person logs in: a mask whose
/// count no other mask has is found by its count alone.
/// </summary>
internal static class FrequencyMeasure
{
    private const int Shown = 10;

    /// <summary>NULL is no mask.</summary>
    public static RiskFrequency Of(string name, RiskColumn column)
    {
        var rows = new long[column.Values.Length];
        foreach (var code in column.Codes)
        {
            rows[code]++;
        }

        var counts = rows[(column.HasNull ? 1 : 0)..];
        Array.Sort(counts);
        Array.Reverse(counts);
        var total = counts.Sum();
        if (total == 0)
        {
            return new RiskFrequency(name, 0, 0, [], 0, 0, 0, 0);
        }

        var unique = counts.CountBy(count => count).Where(count => count.Value == 1).ToList();
        return new RiskFrequency(
            name,
            total,
            counts.Length,
            counts[..Math.Min(Shown, counts.Length)],
            unique.Count,
            (double)unique.Sum(count => count.Key) / total,
            Math.Log2(total) - (counts.Sum(count => count * Math.Log2(count)) / total),
            Math.Log2(total) - Math.Log2(counts[0]));
    }
}

namespace FetchEtl.Logins;

/// <summary>The delay before the next attempt. Thread-safe.</summary>
internal sealed class RetryDelay(Random random)
{
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Doubles with each failed attempt, from 100 ms to 5 s, minus a random share of up to half: workers that failed
    /// together must not retry together.
    /// </summary>
    /// <param name="failures">The number of failed attempts, 1 or more.</param>
    public TimeSpan After(int failures)
    {
        var whole = Shortest * Math.Pow(2, Math.Min(failures - 1, 10));
        double share;
        lock (random)
        {
            share = random.NextDouble();
        }

        return (whole < Longest ? whole : Longest) * (1 - (share / 2));
    }
}

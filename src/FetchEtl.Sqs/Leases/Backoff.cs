namespace FetchEtl.Sqs;

/// <summary>Delays before something is tried again. Thread-safe.</summary>
/// <param name="random">Spreads the delays, so that what failed together does not come back together.</param>
internal sealed class Backoff(Random random)
{
    /// <summary>The longest delay before SQS gets a refused call again.</summary>
    public static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    /// <summary>The longest delay before a message that failed is visible again.</summary>
    public static readonly TimeSpan LongestReturn = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Doubles with each attempt, from one second to <paramref name="longest"/>, less up to half of it by chance. So
    /// the first delay is 0.5 to 1 second.
    /// </summary>
    /// <param name="attempt">1 and up.</param>
    /// <param name="longest">The bound.</param>
    public TimeSpan After(int attempt, TimeSpan longest)
    {
        var whole = Math.Min(longest.TotalSeconds, Math.Pow(2, Math.Clamp(attempt, 1, 30) - 1));
        lock (random)
        {
            return TimeSpan.FromSeconds(whole * (1 - (random.NextDouble() / 2)));
        }
    }

    /// <summary>
    /// How long a message that failed at this receive stays invisible: whole seconds, as SQS counts, at least one.
    /// </summary>
    public TimeSpan ReturnAfter(int receiveCount) =>
        TimeSpan.FromSeconds(Math.Max(1, Math.Round(After(receiveCount, LongestReturn).TotalSeconds)));
}

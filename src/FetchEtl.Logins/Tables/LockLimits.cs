namespace FetchEtl.Logins;

/// <summary>
/// The limits of a step that needs a strong lock. All later reads and writes of a table wait behind a statement that
/// waits for such a lock. So the statement gives up soon, and the step is tried again after a pause.
/// </summary>
public static class LockLimits
{
    /// <summary>
    /// How often a step is tried: 30 times. With pauses of 1, 2, 4, 8, 16 and then 30 seconds, that takes at most 14
    /// minutes.
    /// </summary>
    public const int Attempts = 30;

    /// <summary>
    /// The longest time that one attempt makes others wait, 2 seconds. It exceeds PostgreSQL's default
    /// <c>deadlock_timeout</c> of 1 second, after which an autovacuum that holds the lock is cancelled.
    /// </summary>
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(2);

    /// <summary>The value of PostgreSQL's <c>lock_timeout</c> for <see cref="Wait"/>, quoted for SQL.</summary>
    public static readonly string LockTimeout = $"'{Wait.TotalSeconds}s'";

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Returns how long to wait after an attempt that failed: 1 second, doubled up to 30.</summary>
    /// <param name="attempt">The number of the attempt, 1 for the first.</param>
    public static TimeSpan PauseAfter(int attempt) =>
        TimeSpan.FromSeconds(Math.Min(Math.Pow(2, attempt - 1), LongestPause.TotalSeconds));
}

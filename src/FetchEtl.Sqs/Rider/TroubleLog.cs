namespace FetchEtl.Sqs;

/// <summary>
/// Says which troubles of an endpoint are to be logged: each once when it begins, and once when it ends. An SQS that is
/// away makes all kinds of calls fail, so while one such trouble is logged, the others are not. Thread-safe.
/// </summary>
internal sealed class TroubleLog(TimeProvider time)
{
    /// <summary>
    /// How long after such a trouble has ended the others may need to end, since a refused call is repeated after up to
    /// <see cref="Backoff.LongestRetry"/>. What goes on for longer is a trouble of its own.
    /// </summary>
    private static readonly TimeSpan Aftermath = 2 * Backoff.LongestRetry;

    private readonly Lock _lock = new();
    private readonly Dictionary<Trouble, bool> _logged = [];
    private long? _backAt;

    /// <summary>A call failed.</summary>
    /// <param name="trouble">Its kind.</param>
    /// <param name="isAway">Whether SQS is away, so that other kinds of calls fail as well.</param>
    /// <returns>Whether to log it.</returns>
    public bool Fails(Trouble trouble, bool isAway)
    {
        lock (_lock)
        {
            if (_logged.ContainsKey(trouble) || (isAway && IsKnownToBeAway_NeedsLock()))
            {
                return false;
            }

            _logged.Add(trouble, isAway);
            return true;
        }
    }

    /// <summary>A call of this kind succeeded.</summary>
    /// <returns>Whether to log it: the trouble was logged.</returns>
    public bool Works(Trouble trouble)
    {
        lock (_lock)
        {
            if (!_logged.Remove(trouble, out var wasAway))
            {
                return false;
            }

            _backAt = wasAway ? time.GetTimestamp() : _backAt;
            return true;
        }
    }

    private bool IsKnownToBeAway_NeedsLock() => _logged.ContainsValue(true)
        || (_backAt is { } backAt && time.GetElapsedTime(backAt) < Aftermath);
}

/// <summary>A kind of calls that can fail.</summary>
internal enum Trouble
{
    Receives,
    Deletes,
    Returns,
    Renewals,
    DeadLetters,
    Payloads,
}

namespace FetchEtl.Service;

/// <summary>Spreads messages over time. It makes up for no pause, so no second brings more than the rate.</summary>
/// <param name="perSecond">The rate; null for no limit.</param>
internal sealed class Pace(int? perSecond)
{
    private TimeSpan _freeAt;

    /// <summary>How many messages may go together: a call of ten, or fewer than ten a second.</summary>
    public int MostTogether { get; } = Math.Min(10, perSecond ?? 10);

    /// <summary>Reserves the next time for messages.</summary>
    /// <param name="count">How many go together.</param>
    /// <param name="now">The time.</param>
    /// <returns>How long to wait before they go.</returns>
    public TimeSpan Take(int count, TimeSpan now)
    {
        if (perSecond is not { } rate)
        {
            return TimeSpan.Zero;
        }

        var start = _freeAt > now ? _freeAt : now;
        _freeAt = start + (TimeSpan.FromSeconds(1) * count / rate);
        return start - now;
    }
}

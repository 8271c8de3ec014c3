namespace FetchEtl.Benchmarks;

/// <summary>A clock that runs faster than the system's, with all its timers: an hour of alerts takes minutes.</summary>
/// <param name="factor">How much faster.</param>
internal sealed class FastClock(int factor) : TimeProvider
{
    private readonly DateTimeOffset _startedAt = System.GetUtcNow();
    private readonly long _started = System.GetTimestamp();
    private long _offsetTicks;

    /// <summary>What is added to the time of day. Timers do not know it.</summary>
    public TimeSpan Offset
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _offsetTicks));
        set => Interlocked.Exchange(ref _offsetTicks, value.Ticks);
    }

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() =>
        _startedAt + (System.GetElapsedTime(_started) * factor) + Offset;

    public override long GetTimestamp() => _started + ((System.GetTimestamp() - _started) * factor);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(System.CreateTimer(callback, state, Real(dueTime), Real(period)), this);

    private TimeSpan Real(TimeSpan time) => time <= TimeSpan.Zero
        ? time
        : TimeSpan.FromMilliseconds(Math.Max(1, time.TotalMilliseconds / factor));

    private sealed class FastTimer(ITimer timer, FastClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(clock.Real(dueTime), clock.Real(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}

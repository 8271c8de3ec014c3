namespace FetchEtl.Testing;

/// <summary>A timer of a <see cref="ManualTimeProvider"/>, which alone touches its schedule.</summary>
internal sealed class ManualTimer(ManualTimeProvider time, TimerCallback callback, object? state) : ITimer
{
    public TimeSpan Due { get; set; }

    public TimeSpan Period { get; set; }

    public long Order { get; set; }

    public void Fire() => callback(state);

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        time.Set(this, dueTime, period);
        return true;
    }

    public void Dispose() => time.Set(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}

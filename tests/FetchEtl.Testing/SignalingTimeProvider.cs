using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Testing;

/// <summary>
/// A <see cref="FakeTimeProvider"/> that signals when timers are set. A test waits for the signal before it advances
/// the clock, so that the advance reaches the timer.
/// </summary>
public sealed class SignalingTimeProvider : FakeTimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<SignalingTimer> _set = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];

    /// <summary>
    /// Completes when at least <paramref name="count"/> timers are set. A timer is set until it is disposed or stopped,
    /// or, unless it is periodic, until it fires.
    /// </summary>
    public Task WaitForTimersAsync(int count = 1)
    {
        lock (_lock)
        {
            if (_set.Count >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, reached));
            return reached.Task;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new SignalingTimer(this);
        timer.Inner = base.CreateTimer(
            inner =>
            {
                timer.Fired();
                callback(inner);
            },
            state,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Records whether a timer is set. The caller holds the lock.</summary>
    private void Note(SignalingTimer timer, bool isSet)
    {
        if (!isSet)
        {
            _set.Remove(timer);
            return;
        }

        _set.Add(timer);
        foreach (var waiter in _waiters.Where(waiter => waiter.Count <= _set.Count).ToList())
        {
            _waiters.Remove(waiter);
            waiter.Reached.SetResult();
        }
    }

    private sealed class SignalingTimer(SignalingTimeProvider time) : ITimer
    {
        private long _changes;
        private long _firedChange;
        private bool _periodic;

        public ITimer Inner { get; set; } = null!;

        public void Fired()
        {
            lock (time._lock)
            {
                _firedChange = _changes;
                time.Note(this, _periodic);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            long change;
            lock (time._lock)
            {
                change = ++_changes;
                _periodic = period > TimeSpan.Zero;
            }

            // The signal comes last, when an advance reaches the timer. The timer can fire before that.
            var changed = Inner.Change(dueTime, period);
            lock (time._lock)
            {
                if (change == _changes)
                {
                    var fired = _firedChange == change;
                    time.Note(this, changed && dueTime != Timeout.InfiniteTimeSpan && (_periodic || !fired));
                }
            }

            return changed;
        }

        public void Dispose()
        {
            Inner.Dispose();
            lock (time._lock)
            {
                _changes++;
                time.Note(this, isSet: false);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

using Microsoft.Extensions.Logging;

namespace FetchEtl.Testing;

/// <summary>
/// Keeps every log line with its exception. Signals when a line with a given event id or text is written.
/// </summary>
public sealed class RecordedLogs : ILoggerFactory, ILoggerProvider, ILogger
{
    private readonly Lock _lock = new();
    private readonly List<(int Id, string Text)> _lines = [];
    private readonly List<IReadOnlyList<KeyValuePair<string, object?>>> _states = [];
    private readonly List<(Predicate<(int Id, string Text)> Matches, TaskCompletionSource Seen)> _waiters = [];

    /// <summary>Level, event id, message and exception of each line.</summary>
    public string[] Texts
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines.Select(line => line.Text)];
            }
        }
    }

    /// <summary>The values of each line, by name.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>>[] States
    {
        get
        {
            lock (_lock)
            {
                return [.. _states];
            }
        }
    }

    /// <summary>The number of lines with this event id.</summary>
    public int CountOf(int id)
    {
        lock (_lock)
        {
            return _lines.Count(line => line.Id == id);
        }
    }

    /// <summary>Completes when a line with this event id has been written.</summary>
    public Task WaitForAsync(int id) => WaitForAsync(line => line.Id == id);

    /// <summary>Completes when a line that contains this text has been written.</summary>
    public Task WaitForAsync(string part) => WaitForAsync(line => line.Text.Contains(part, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        lock (_lock)
        {
            var line = (eventId.Id, $"{logLevel} {eventId.Id} {formatter(state, exception)} {exception}");
            _lines.Add(line);
            _states.Add(state as IReadOnlyList<KeyValuePair<string, object?>> ?? []);
            foreach (var waiter in _waiters.Where(waiter => waiter.Matches(line)))
            {
                waiter.Seen.TrySetResult();
            }
        }
    }

    public void Dispose()
    {
    }

    private Task WaitForAsync(Predicate<(int Id, string Text)> matches)
    {
        lock (_lock)
        {
            if (_lines.Exists(matches))
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((matches, seen));
            return seen.Task;
        }
    }
}

using Microsoft.Extensions.Logging;

namespace FetchEtl.Testing;

/// <summary>Keeps every log line, exceptions included, and signals when one with a given event id, or of a given text, is written.</summary>
public sealed class RecordedLogs : ILoggerFactory, ILoggerProvider, ILogger
{
    private readonly Lock _lock = new();
    private readonly List<(int Id, string Text)> _lines = [];
    private readonly List<(Predicate<(int Id, string Text)> Fits, TaskCompletionSource Seen)> _waiters = [];

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

    public int CountOf(int id)
    {
        lock (_lock)
        {
            return _lines.Count(line => line.Id == id);
        }
    }

    public Task WaitForAsync(int id) => WaitForAsync(line => line.Id == id);

    public Task WaitForAsync(string part) => WaitForAsync(line => line.Text.Contains(part, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lock)
        {
            var line = (eventId.Id, $"{logLevel} {eventId.Id} {formatter(state, exception)} {exception}");
            _lines.Add(line);
            foreach (var waiter in _waiters.Where(waiter => waiter.Fits(line)))
            {
                waiter.Seen.TrySetResult();
            }
        }
    }

    public void Dispose()
    {
    }

    private Task WaitForAsync(Predicate<(int Id, string Text)> fits)
    {
        lock (_lock)
        {
            if (_lines.Exists(fits))
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((fits, seen));
            return seen.Task;
        }
    }
}

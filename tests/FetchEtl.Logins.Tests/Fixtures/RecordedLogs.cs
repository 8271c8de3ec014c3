using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins.Tests;

/// <summary>Keeps every log line, exceptions included, and signals when one with a given event id is written.</summary>
internal sealed class RecordedLogs : ILoggerProvider, ILogger
{
    private readonly Lock _lock = new();
    private readonly List<(int Id, string Text)> _lines = [];
    private readonly List<(int Id, TaskCompletionSource Seen)> _waiters = [];

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

    public Task WaitForAsync(int id)
    {
        lock (_lock)
        {
            if (_lines.Exists(line => line.Id == id))
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((id, seen));
            return seen.Task;
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lock)
        {
            _lines.Add((eventId.Id, $"{logLevel} {formatter(state, exception)} {exception}"));
            foreach (var waiter in _waiters.Where(waiter => waiter.Id == eventId.Id))
            {
                waiter.Seen.TrySetResult();
            }
        }
    }

    public void Dispose()
    {
    }
}

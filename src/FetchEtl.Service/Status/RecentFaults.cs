using Microsoft.Extensions.Logging;

namespace FetchEtl.Service;

/// <summary>
/// Keeps the last warnings and errors of the log, for the status page. It keeps the text that the log shows, without
/// exceptions. Thread-safe.
/// </summary>
[ProviderAlias("RecentFaults")]
internal sealed class RecentFaults(TimeProvider time) : ILoggerProvider
{
    /// <summary>How many lines are kept.</summary>
    public const int Limit = 20;

    /// <summary>How many characters of a line are kept.</summary>
    public const int MaxLength = 500;

    private readonly Lock _lock = new();
    private readonly Queue<RecentFault> _lines = new(Limit);

    /// <summary>The lines, the newest first.</summary>
    public IReadOnlyList<RecentFault> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines.Reverse()];
            }
        }
    }

    public ILogger CreateLogger(string categoryName) => new Recorder(this);

    public void Dispose()
    {
        // It holds nothing but memory.
    }

    private void Add(RecentFault line)
    {
        lock (_lock)
        {
            if (_lines.Count == Limit)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
        }
    }

    private sealed class Recorder(RecentFaults faults) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and not LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var text = formatter(state, null);
                var shown = text.Length <= MaxLength ? text : $"{text[..MaxLength]}…";
                faults.Add(new RecentFault(faults.Now, logLevel, eventId.Id, shown));
            }
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();
}

/// <summary>A warning or an error of the log.</summary>
internal sealed record RecentFault(DateTimeOffset At, LogLevel Level, int Id, string Text);

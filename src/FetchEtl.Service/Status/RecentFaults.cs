using Microsoft.Extensions.Logging;

namespace FetchEtl.Service;

/// <summary>
/// Keeps the last warnings and errors of the log, for the status page, and when each ended: the log says so in a line
/// of its own. It keeps the text that the log shows, without exceptions. Thread-safe.
/// </summary>
[ProviderAlias("RecentFaults")]
internal sealed class RecentFaults(TimeProvider time) : ILoggerProvider
{
    /// <summary>How many lines are kept.</summary>
    public const int Limit = 20;

    /// <summary>How many characters of a line are kept.</summary>
    public const int MaxLength = 500;

    private const string OwnCategories = "FetchEtl.";

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

    public ILogger CreateLogger(string categoryName) => new Recorder(
        this, categoryName.StartsWith(OwnCategories, StringComparison.Ordinal));

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

    private void End(int id)
    {
        lock (_lock)
        {
            foreach (var line in _lines.Where(line => line.EndedAt is null && FaultEndings.Ends(id, line.Id)))
            {
                line.EndedAt = Now;
            }
        }
    }

    private sealed class Recorder(RecentFaults faults, bool isOwn) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None
            && logLevel >= (isOwn ? LogLevel.Information : LogLevel.Warning);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
            {
                return;
            }

            if (logLevel < LogLevel.Warning)
            {
                faults.End(eventId.Id);
                return;
            }

            var text = formatter(state, null);
            var shown = text.Length <= MaxLength ? text : $"{text[..MaxLength]}…";
            faults.Add(new RecentFault(
                faults.Now, logLevel, eventId.Id, shown, isOwn && FaultEndings.Lasts(eventId.Id)));
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();
}

/// <summary>A warning or an error of the log.</summary>
/// <param name="At">When it was logged.</param>
/// <param name="Level">Its level.</param>
/// <param name="Id">Its event id.</param>
/// <param name="Text">What the log shows.</param>
/// <param name="Lasts">Whether it is the beginning of something whose end is logged too.</param>
internal sealed record RecentFault(DateTimeOffset At, LogLevel Level, int Id, string Text, bool Lasts)
{
    /// <summary>When its end was logged; null while it lasts.</summary>
    public DateTimeOffset? EndedAt { get; set; }
}

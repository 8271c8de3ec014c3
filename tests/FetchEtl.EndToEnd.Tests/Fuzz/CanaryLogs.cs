using Microsoft.Extensions.Logging;

namespace FetchEtl.EndToEnd.Tests.Fuzz;

/// <summary>Reads every log line at every level, exceptions included, and counts those that hold the canary. None is kept: memory is measured.</summary>
internal sealed class CanaryLogs : ILoggerProvider, ILogger
{
    private long _lines;
    private int _hits;

    public long Lines => Interlocked.Read(ref _lines);

    /// <summary>How many lines held the canary.</summary>
    public int Hits => Volatile.Read(ref _hits);

    /// <summary>The category's and level's worth of the first hit, to find it by; not its text.</summary>
    public string? First { get; private set; }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Interlocked.Increment(ref _lines);
        if ($"{formatter(state, exception)} {exception}".Contains(FuzzText.Canary, StringComparison.OrdinalIgnoreCase))
        {
            Interlocked.Increment(ref _hits);
            First ??= $"{logLevel} {eventId.Id} {eventId.Name}";
        }
    }

    public void Dispose()
    {
    }
}

using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// A log that throws when an event is first written to it, as with a full disk: an unexpected error.
/// </summary>
internal sealed class FailingLog(int eventId) : ILoggerProvider, ILogger
{
    private int _failures;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId id,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (id.Id == eventId && Interlocked.Increment(ref _failures) == 1)
        {
            throw new IOException("The disk is full.");
        }
    }

    public void Dispose()
    {
    }
}

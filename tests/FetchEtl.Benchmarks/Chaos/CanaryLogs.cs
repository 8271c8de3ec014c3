using Microsoft.Extensions.Logging;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Searches every log line of every level for canaries, with its scopes, parameters and exception. Stores no line.
/// </summary>
internal sealed class CanaryLogs(CanaryWatch canaries) : ILoggerProvider, ILogger
{
    private const string Sink = "logs";

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        Look(state);
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        canaries.Look(Sink, $"{logLevel} {eventId.Id} {eventId.Name} {formatter(state, exception)}");
        canaries.Look(Sink, exception);
        Look(state);
    }

    public void Dispose()
    {
    }

    private void Look<TState>(TState state)
    {
        canaries.Look(Sink, state?.ToString());
        foreach (var (_, value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
        {
            canaries.Look(Sink, value?.ToString());
        }
    }
}

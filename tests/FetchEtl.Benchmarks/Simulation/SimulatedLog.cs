using FetchEtl.Logins;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Benchmarks;

/// <summary>A process's log, as lines of the trace's text.</summary>
internal sealed class SimulatedLog(SimulatedProcess process) : ILogger<LoginWriter>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => process.World.Trace.KeepsText;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        process.World.Trace.Note($"{process.Name}: [{eventId.Id}] {formatter(state, exception)}");
}

using System.Collections.ObjectModel;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins;

/// <summary>
/// Adds a value to the state of a log line: a log platform computes with it, and the text does not name it.
/// </summary>
/// <param name="inner">Gets the lines.</param>
/// <param name="name">The name of the value.</param>
/// <param name="value">The value.</param>
internal sealed class ValueLogger(ILogger inner, string name, object? value) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (!inner.IsEnabled(logLevel))
        {
            return;
        }

        var own = state as IEnumerable<KeyValuePair<string, object?>> ?? [];

        // The template stays the last value: providers look for it there.
        inner.Log(
            logLevel,
            eventId,
            new State([KeyValuePair.Create(name, value), .. own], formatter(state, exception)),
            exception,
            static (all, _) => all.ToString());
    }

    private sealed class State(IList<KeyValuePair<string, object?>> values, string text)
        : ReadOnlyCollection<KeyValuePair<string, object?>>(values)
    {
        public override string ToString() => text;
    }
}

using System.Collections;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Service;

/// <summary>
/// Adds values to the state of a log line, beside those of its text: a log platform counts with them, and the text
/// need not repeat them. A value takes the place of one of the text that has its name.
/// </summary>
/// <param name="inner">Gets the lines.</param>
/// <param name="values">The values.</param>
internal sealed class ValuesLogger(ILogger inner, IReadOnlyList<KeyValuePair<string, object?>> values) : ILogger
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

        var own = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];

        // The template stays the last value: providers look for it there.
        inner.Log(
            logLevel,
            eventId,
            new State(
                [.. values, .. own.Where(value => values.All(other => other.Key != value.Key))],
                formatter(state, exception)),
            exception,
            static (all, _) => all.ToString());
    }

    private sealed class State(IReadOnlyList<KeyValuePair<string, object?>> values, string text)
        : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => values.Count;

        public KeyValuePair<string, object?> this[int index] => values[index];

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => values.GetEnumerator();

        public override string ToString() => text;

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

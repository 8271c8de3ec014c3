using System.Collections;
using System.Collections.Concurrent;

namespace FetchEtl.Benchmarks;

/// <summary>Reads the outputs of a run and counts the texts that contain a canary. Thread-safe.</summary>
internal sealed class CanaryWatch
{
    private const int KeptSightings = 5;

    private readonly ConcurrentQueue<string> _sightings = new();
    private readonly ConcurrentDictionary<string, long> _read = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>How many texts contained a canary.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The first few texts that contained a canary, each with its sink.</summary>
    public IReadOnlyCollection<string> Sightings => _sightings;

    /// <summary>How many texts were read, by sink. A sink without any text proves nothing.</summary>
    public IReadOnlyDictionary<string, long> Read => new SortedDictionary<string, long>(_read, StringComparer.Ordinal);

    /// <summary>Searches a text.</summary>
    /// <param name="sink">Where the text comes from.</param>
    /// <param name="text">The text. Null and empty texts do not count as read.</param>
    public void Look(string sink, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        _read.AddOrUpdate(sink, 1, static (_, count) => count + 1);
        if (Canaries.AreIn(text) && Interlocked.Increment(ref _count) <= KeptSightings)
        {
            _sightings.Enqueue($"{sink}: {text}");
        }
    }

    /// <summary>Searches an exception, its <see cref="Exception.Data"/> and its inner exceptions.</summary>
    public void Look(string sink, Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            Look(sink, exception.ToString());
            foreach (DictionaryEntry entry in exception.Data)
            {
                Look(sink, $"{entry.Key} {entry.Value}");
            }
        }
    }
}

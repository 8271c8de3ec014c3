using System.Collections;
using System.Collections.Concurrent;

namespace FetchEtl.Benchmarks;

/// <summary>Reads all that comes out of the run and counts the texts in which a canary stands. Thread-safe.</summary>
internal sealed class CanaryWatch
{
    private const int KeptSightings = 5;

    private readonly ConcurrentQueue<string> _sightings = new();
    private readonly ConcurrentDictionary<string, long> _read = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>How many texts held a canary.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The first few: the sink and the text.</summary>
    public IReadOnlyCollection<string> Sightings => _sightings;

    /// <summary>How many texts were read, by sink. A sink of which nothing was read proves nothing.</summary>
    public IReadOnlyDictionary<string, long> Read => new SortedDictionary<string, long>(_read, StringComparer.Ordinal);

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

    /// <summary>Looks at all that an exception carries, <see cref="Exception.Data"/> and inner ones included.</summary>
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

using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;

namespace FetchEtl.Local;

/// <summary>Counts the calls of each operation. Thread-safe.</summary>
internal sealed class CallCounter
{
    private readonly ConcurrentDictionary<string, StrongBox<long>> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> Counts =>
        _counts.ToFrozenDictionary(x => x.Key, x => Interlocked.Read(ref x.Value.Value), StringComparer.Ordinal);

    public void Count(string operation) =>
        Interlocked.Increment(ref _counts.GetOrAdd(operation, static _ => new StrongBox<long>()).Value);
}

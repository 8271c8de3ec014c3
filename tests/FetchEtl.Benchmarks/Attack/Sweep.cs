using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace FetchEtl.Benchmarks;

/// <summary>Hashes every candidate, on all cores, and looks whether a mask is among the results.</summary>
internal sealed class Sweep(CandidateSpace space, ILaneHash hash, MaskTargets targets)
{
    /// <summary>Prefixes taken at once: some milliseconds of work, between two looks at the clock.</summary>
    private const int Share = 256;

    private readonly ConcurrentDictionary<string, byte> _recovered = [];
    private int _taken;
    private long _tried;

    /// <summary>Sweeps from the first candidate on, to the last one or until the time is over.</summary>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Ends it with <see cref="OperationCanceledException"/>.</param>
    public SweepResult Run(TimeSpan limit, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var workers = Environment.ProcessorCount;
        Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, _ => Work(clock, limit, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        return new SweepResult(_recovered.Keys, _tried, clock.Elapsed);
    }

    private void Work(Stopwatch clock, TimeSpan limit, CancellationToken cancellationToken)
    {
        var blocks = new CandidateBlocks(space);
        while (clock.Elapsed < limit && !cancellationToken.IsCancellationRequested)
        {
            var begin = Interlocked.Add(ref _taken, Share) - Share;
            if (begin >= space.Prefixes)
            {
                return;
            }

            var end = Math.Min(begin + Share, space.Prefixes);
            for (var prefix = space.First + begin; prefix < space.First + end; prefix++)
            {
                Try(prefix, blocks);
            }

            Interlocked.Add(ref _tried, (long)(end - begin) * space.Suffixes.Count);
        }
    }

    private void Try(int prefix, CandidateBlocks blocks)
    {
        Span<Vector256<uint>> block = stackalloc Vector256<uint>[Sha256Lanes.BlockWords];
        Span<Vector256<uint>> digest = stackalloc Vector256<uint>[Sha256Lanes.DigestWords];
        blocks.Enter(prefix);
        for (var group = 0; group < blocks.Groups; group++)
        {
            blocks.Write(group, block);
            hash.Hash(block, digest);
            for (var lane = 0; lane < Vector256<uint>.Count; lane++)
            {
                if (targets.MayHold(digest[0][lane]) && targets.Holds(digest, lane))
                {
                    _recovered.TryAdd(space.Prefix(prefix) + space.Suffixes[(group * Vector256<uint>.Count) + lane], 0);
                }
            }
        }
    }
}

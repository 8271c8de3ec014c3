using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace FetchEtl.Benchmarks;

/// <summary>Hashes every candidate on all cores and compares the results with the masks.</summary>
internal sealed class Sweep(CandidateSpace space, ILaneHash hash, MaskTargets targets)
{
    /// <summary>How many prefixes a worker takes between two checks of the clock: a few milliseconds of work.</summary>
    private const int Share = 256;

    private readonly ConcurrentDictionary<string, byte> _recovered = [];
    private int _taken;
    private long _tried;

    /// <summary>Tries the candidates in order until all are tried or the time limit is reached.</summary>
    /// <param name="limit">The time limit.</param>
    /// <param name="cancellationToken">Ends the sweep with <see cref="OperationCanceledException"/>.</param>
    public SweepResult Run(TimeSpan limit, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var workers = Environment.ProcessorCount;
        Parallel.For(
            0,
            workers,
            new ParallelOptions { MaxDegreeOfParallelism = workers },
            _ => Work(clock, limit, cancellationToken));
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
        blocks.SetPrefix(prefix);
        for (var group = 0; group < blocks.Groups; group++)
        {
            blocks.Write(group, block);
            hash.Hash(block, digest);
            for (var lane = 0; lane < Vector256<uint>.Count; lane++)
            {
                if (targets.MayHold(digest[0][lane]) && targets.Holds(digest, lane))
                {
                    var suffix = space.Suffixes[(group * Vector256<uint>.Count) + lane];
                    _recovered.TryAdd(space.Prefix(prefix) + suffix, 0);
                }
            }
        }
    }
}

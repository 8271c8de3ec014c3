using System.Buffers;

namespace FetchEtl.Local;

/// <summary>What befalls one call. Faults of the whole call are drawn at once, those of an entry or message as it comes up.</summary>
internal sealed class CallFaults
{
    /// <summary>How many messages behind the first one may be delivered in its place.</summary>
    private const int Near = 15;

    private readonly FaultInjector _injector;
    private readonly FaultDie[] _dice;
    private readonly TimeSpan _latency;
    private readonly SqsException? _refusal;

    public CallFaults(FaultInjector injector, FaultDie[] dice, ReadOnlySequence<byte> request)
    {
        _injector = injector;
        _dice = About(dice, request);
        _latency = TimeSpan.FromMilliseconds(Struck(SqsFaultKind.Latency).Sum(rule => (long)rule.LatencyMilliseconds));

        // Every rule is drawn, also behind the one that ends the call: its next draws must not depend on this one's.
        var refusals = Struck(SqsFaultKind.Error, SqsFaultKind.Throttling);
        var losesReply = Struck(SqsFaultKind.ReplyLost).Count > 0;
        if (refusals is [var first, ..])
        {
            injector.Count(first.Kind);
            _refusal = InjectedError.Of(first);
        }
        else if (losesReply)
        {
            injector.Count(SqsFaultKind.ReplyLost);
            LosesReply = true;
        }

        if (_latency > TimeSpan.Zero)
        {
            injector.Count(SqsFaultKind.Latency);
        }
    }

    /// <summary>Once the operation has run, the connection is to be cut.</summary>
    public bool LosesReply { get; }

    /// <summary>What comes before the operation: latency, then refusal.</summary>
    /// <exception cref="SqsException">The call is refused.</exception>
    public async ValueTask PrecedeAsync(TimeProvider time, CancellationToken cancellation)
    {
        if (_latency > TimeSpan.Zero)
        {
            await Task.Delay(_latency, time, cancellation);
        }

        if (_refusal is not null)
        {
            throw _refusal;
        }
    }

    /// <summary>Whether the batch's next entry fails.</summary>
    public bool FailsEntry() => Strikes(SqsFaultKind.PartialBatchFailure);

    /// <summary>Whether the next delete only seems to be done.</summary>
    public bool SparesDeleted() => Strikes(SqsFaultKind.StaleHandleSuccess);

    /// <summary>Whether the message that is being delivered stays visible.</summary>
    public bool DeliversAgain() => Strikes(SqsFaultKind.DuplicateDelivery);

    /// <summary>How many of the visible messages the next delivery passes over.</summary>
    /// <param name="others">How many there are behind the first.</param>
    public int PassesOver(int others)
    {
        var passed = 0;
        foreach (var die in _dice)
        {
            if (die.Rule.Kind == SqsFaultKind.Reordering && die.Roll(out var chance) && others > 0)
            {
                passed = 1 + (int)(chance % (ulong)Math.Min(others, Near));
            }
        }

        if (passed > 0)
        {
            _injector.Count(SqsFaultKind.Reordering);
        }

        return passed;
    }

    private static FaultDie[] About(FaultDie[] dice, ReadOnlySequence<byte> request)
    {
        if (Array.TrueForAll(dice, die => die.Rule.QueueName is null))
        {
            return dice;
        }

        var queue = RequestedQueue.NameOf(request);
        return Array.FindAll(dice, die => die.Rule.QueueName is null || die.Rule.QueueName == queue);
    }

    private bool Strikes(SqsFaultKind kind)
    {
        var strikes = Struck(kind).Count > 0;
        if (strikes)
        {
            _injector.Count(kind);
        }

        return strikes;
    }

    private List<SqsFaultRule> Struck(params ReadOnlySpan<SqsFaultKind> kinds)
    {
        var struck = new List<SqsFaultRule>();
        foreach (var die in _dice)
        {
            if (kinds.Contains(die.Rule.Kind) && die.Roll(out _))
            {
                struck.Add(die.Rule);
            }
        }

        return struck;
    }
}

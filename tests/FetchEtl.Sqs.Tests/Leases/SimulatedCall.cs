namespace FetchEtl.Sqs.Tests;

/// <summary>
/// A batch call under way: when it reaches SQS, when its reply arrives, and which faults happen. A call that was
/// cancelled or timed out has no effect afterwards.
/// </summary>
internal sealed class SimulatedCall
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly HistoryPlan _plan;
    private readonly bool _isFaulty;
    private readonly bool _isThrottled;
    private SqsReply[] _replies = [];
    private bool _hasEnded;

    public SimulatedCall(HistoryPlan plan, TimeSpan now, TimeSpan limit, bool isFaulty)
    {
        _plan = plan;
        _isFaulty = isFaulty;
        limit = limit < Limit ? limit : Limit;
        var latency = plan.UpTo(plan.Latency);
        var hangs = isFaulty && plan.Chance(plan.Hangs);
        _isThrottled = isFaulty && plan.Chance(plan.Throttled);
        ReplyIsLost = hangs || latency > limit || (isFaulty && plan.Chance(plan.ReplyLost));
        TakesEffectAt = now + plan.UpTo(latency);
        EndsAt = now + (hangs || latency > limit ? limit : latency);
    }

    public TimeSpan TakesEffectAt { get; }

    public TimeSpan EndsAt { get; }

    public bool ReplyIsLost { get; private set; }

    public void Begin(int entries)
    {
        _replies = new SqsReply[entries];
        Array.Fill(_replies, SqsReply.RefusedForNow);
    }

    public void TakeEffect(Func<int, SqsReply> run)
    {
        for (var i = 0; i < _replies.Length && !_isThrottled && !_hasEnded; i++)
        {
            _replies[i] = _isFaulty && _plan.Chance(_plan.EntryRefused) ? SqsReply.RefusedForNow
                : _isFaulty && _plan.Chance(_plan.RefusedForGood) ? SqsReply.RefusedForGood
                : run(i);
        }
    }

    public void Cancel() => ReplyIsLost = true;

    /// <summary>Ends the call and returns its replies; false where it has already ended.</summary>
    public bool TryEnd(out SqsReply[] replies)
    {
        replies = _replies;
        if (_hasEnded)
        {
            return false;
        }

        _hasEnded = true;
        if (ReplyIsLost)
        {
            Array.Fill(replies, SqsReply.RefusedForNow);
        }

        return true;
    }

    public override string ToString() =>
        _hasEnded ? "too late" : $"{string.Join(", ", _replies)}{(ReplyIsLost ? ", reply lost" : string.Empty)}";
}

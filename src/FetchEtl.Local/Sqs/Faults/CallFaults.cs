using System.Buffers;
using System.Text.Json;

namespace FetchEtl.Local;

/// <summary>
/// The faults of one call. Faults of the whole call are drawn at the start, faults of an entry or a message when its
/// turn comes.
/// </summary>
internal sealed class CallFaults
{
    /// <summary>A reordered delivery takes one of this many messages behind the first.</summary>
    private const int ReorderedMessages = 15;

    private readonly FaultInjector _injector;
    private readonly FaultDie[] _dice;
    private readonly TimeSpan _latency;
    private readonly ApiException? _rejection;

    public CallFaults(FaultInjector injector, FaultDie[] dice, ReadOnlySequence<byte> input)
    {
        _injector = injector;
        _dice = DiceFor(dice, input);
        _latency = TimeSpan.FromMilliseconds(Struck(SqsFaultKind.Latency).Sum(rule => (long)rule.LatencyMilliseconds));

        // Every rule is drawn, even after one that rejects the call: the draws of a rule must not depend on other
        // rules.
        var rejections = Struck(SqsFaultKind.Error, SqsFaultKind.Throttling);
        var losesReply = Struck(SqsFaultKind.ReplyLost).Count > 0;
        if (rejections is [var first, ..])
        {
            injector.Count(first.Kind);
            _rejection = InjectedError.Of(first);
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

    /// <summary>Whether the server closes the connection without a reply, once the operation has run.</summary>
    public bool LosesReply { get; }

    /// <summary>Waits for the latency, then rejects the call if a rule does.</summary>
    /// <exception cref="ApiException">A rule rejects the call.</exception>
    public async ValueTask DelayOrRejectAsync(TimeProvider time, CancellationToken cancellation)
    {
        if (_latency > TimeSpan.Zero)
        {
            await Task.Delay(_latency, time, cancellation);
        }

        if (_rejection is not null)
        {
            throw _rejection;
        }
    }

    /// <summary>Whether the next entry of the batch fails.</summary>
    public bool FailsEntry() => Strikes(SqsFaultKind.PartialBatchFailure);

    /// <summary>Whether the next delete succeeds without an effect.</summary>
    public bool IgnoresDelete() => Strikes(SqsFaultKind.StaleHandleSuccess);

    /// <summary>Whether the message of the current delivery stays visible.</summary>
    public bool DeliversAgain() => Strikes(SqsFaultKind.DuplicateDelivery);

    /// <summary>Whether the counts of messages read 0.</summary>
    public bool ReadsStaleCounts() => Strikes(SqsFaultKind.StaleCounts);

    /// <summary>Whether the next delivered message is malformed.</summary>
    /// <param name="chance">Decides the form.</param>
    public bool Malforms(out ulong chance)
    {
        (var malforms, chance) = (false, 0);
        foreach (var die in _dice)
        {
            if (die.Rule.Kind == SqsFaultKind.MalformedMessage && die.Roll(out var rolled))
            {
                (malforms, chance) = (true, rolled);
            }
        }

        if (malforms)
        {
            _injector.Count(SqsFaultKind.MalformedMessage);
        }

        return malforms;
    }

    /// <summary>How many visible messages the next delivery skips.</summary>
    /// <param name="others">The number of visible messages behind the first.</param>
    public int Skips(int others)
    {
        var skipped = 0;
        foreach (var die in _dice)
        {
            if (die.Rule.Kind == SqsFaultKind.Reordering && die.Roll(out var chance) && others > 0)
            {
                skipped = 1 + (int)(chance % (ulong)Math.Min(others, ReorderedMessages));
            }
        }

        if (skipped > 0)
        {
            _injector.Count(SqsFaultKind.Reordering);
        }

        return skipped;
    }

    private static FaultDie[] DiceFor(FaultDie[] dice, ReadOnlySequence<byte> input)
    {
        if (Array.TrueForAll(dice, die => die.Rule.QueueName is null))
        {
            return dice;
        }

        var queue = QueueNameIn(input);
        return Array.FindAll(dice, die => die.Rule.QueueName is null || die.Rule.QueueName == queue);
    }

    /// <summary>
    /// The queue in <c>QueueUrl</c> or <c>QueueName</c>. Null where there is neither, or the input is no JSON.
    /// </summary>
    private static string? QueueNameIn(ReadOnlySequence<byte> input)
    {
        try
        {
            var reader = new Utf8JsonReader(input);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var namesQueue = reader.ValueTextEquals("QueueUrl"u8) || reader.ValueTextEquals("QueueName"u8);
                reader.Read();
                if (namesQueue && reader.TokenType == JsonTokenType.String)
                {
                    var text = reader.GetString()!;
                    return text[(text.LastIndexOf('/') + 1)..];
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // The operation rejects the input.
        }

        return null;
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

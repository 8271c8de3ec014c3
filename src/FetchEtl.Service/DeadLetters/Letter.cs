using System.Globalization;
using System.Runtime.InteropServices;
using Amazon.SQS.Model;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>
/// What a verb keeps of a dead letter: no body and no attribute, so that a long queue fits into memory.
/// </summary>
/// <param name="Id">The letter's own MessageId.</param>
/// <param name="OriginalId">The MessageId of the first sending, where it is proved; else the letter's own.</param>
/// <param name="Reason">Why it is dead.</param>
internal sealed record Letter(string Id, string OriginalId, LetterReason Reason)
{
    public DeadLetterOrigin Origin { get; init; }

    /// <summary>An id that the letter claims without a proof. It is compared, never shown.</summary>
    public string? ClaimedId { get; init; }

    /// <inheritdoc cref="DeadLetterClaim.IsClaimIgnored"/>
    public bool IsClaimIgnored { get; init; }

    /// <inheritdoc cref="DeadLetterClaim.IsFromOtherQueue"/>
    public bool IsFromOtherQueue { get; init; }

    public int Redrives { get; init; }

    public int ReceiveCount { get; init; }

    /// <summary>SQS's time of the letter, from which its retention counts; null where SQS does not say.</summary>
    public DateTimeOffset? SentAt { get; init; }

    public TimeSpan? Age(DateTimeOffset now) => SentAt is { } sent ? now - sent : null;

    /// <summary>Whether one of the ids by which logs and lists name this letter is in a set.</summary>
    public bool HasIdIn(IReadOnlySet<string> ids) =>
        ids.Contains(Id) || ids.Contains(OriginalId) || (ClaimedId is not null && ids.Contains(ClaimedId));
}

/// <summary>A letter as received, which only the code that works on it holds.</summary>
/// <param name="Letter">What is kept of it.</param>
/// <param name="Message">The message.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReceivedLetter(Letter Letter, Message Message)
{
    /// <summary>Reads what is kept of a message.</summary>
    public static ReceivedLetter Read(Message message, DeadLetterRedrive redrive)
    {
        var claim = redrive.Read(message);
        var letter = new Letter(message.MessageId, claim.MessageId, LetterReason.Of(claim))
        {
            Origin = claim.Origin,
            ClaimedId = claim.ClaimedMessageId is { Length: <= 100 } id ? id : null,
            IsClaimIgnored = claim.IsClaimIgnored,
            IsFromOtherQueue = claim.IsFromOtherQueue,
            Redrives = claim.Redrives,
            ReceiveCount = (int)Math.Min(int.MaxValue, Number(message, "ApproximateReceiveCount") ?? 1),
            SentAt = Number(message, "SentTimestamp") is >= 0 and < 253_402_300_800_000 and var sent
                ? DateTimeOffset.FromUnixTimeMilliseconds(sent)
                : null,
        };
        return new ReceivedLetter(letter, message);
    }

    private static long? Number(Message message, string attribute) => long.TryParse(
        message.Attributes?.GetValueOrDefault(attribute),
        NumberStyles.None,
        CultureInfo.InvariantCulture,
        out var number)
        ? number
        : null;
}

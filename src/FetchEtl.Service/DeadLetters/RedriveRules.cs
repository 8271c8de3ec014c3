using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>Decides which letters are redriven.</summary>
/// <param name="filter">What was asked for.</param>
/// <param name="hasKeys">Whether identities can be proved and signed.</param>
/// <param name="force">Whether the loop guard and the rules of identity are overridden.</param>
internal sealed class RedriveRules(LetterFilter filter, bool hasKeys, bool force)
{
    /// <summary>What comes back after as many redrives stays: it is here for the third time.</summary>
    public const int MostRedrives = 2;

    /// <summary>A letter that is named by its id is redriven whatever its history is.</summary>
    private readonly bool _overrides = force || filter.NamesLetters;

    public bool HasKeys => hasKeys;

    public LetterFate Decide(Letter letter, DateTimeOffset now) => letter switch
    {
        _ when !filter.Matches(letter, now) => LetterFate.Unmatched,

        // Its row would be another queue's, and its MAC is not valid here.
        { IsFromOtherQueue: true } => LetterFate.OtherQueue,
        _ when _overrides => LetterFate.Redrive,
        { Origin: DeadLetterOrigin.Sqs } when !HasKeys => LetterFate.NoKey,
        { IsClaimIgnored: true } => LetterFate.Unproved,
        { Redrives: >= MostRedrives } => LetterFate.ReturnedThrice,
        _ => LetterFate.Redrive,
    };
}

/// <summary>What a redrive does with a letter.</summary>
internal enum LetterFate
{
    /// <summary>It is sent to its queue, and then deleted.</summary>
    Redrive,

    /// <summary>The filter does not select it.</summary>
    Unmatched,

    /// <summary>It came back from this redrive already, or the queue held it twice.</summary>
    CameBack,

    /// <summary>It came from another queue.</summary>
    OtherQueue,

    /// <summary>It is here for the third time.</summary>
    ReturnedThrice,

    /// <summary>It claims an identity that no key proves.</summary>
    Unproved,

    /// <summary>SQS moved it, and without a key it would become a new message.</summary>
    NoKey,

    /// <summary>Its body leaves no room for the attributes that keep its identity.</summary>
    TooLarge,

    /// <summary>SQS refuses it for good, or an earlier letter of its message group.</summary>
    Refused,

    /// <summary>It was sent, and SQS did not delete the letter.</summary>
    NotDeleted,
}

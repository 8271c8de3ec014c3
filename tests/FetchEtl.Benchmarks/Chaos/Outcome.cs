namespace FetchEtl.Benchmarks;

/// <summary>The results of the messages that were sent.</summary>
internal sealed record Outcome
{
    /// <summary>Messages that are valid logins.</summary>
    public required int Valid { get; init; }

    /// <summary>Messages that are invalid.</summary>
    public required int Invalid { get; init; }

    public required long Rows { get; init; }

    /// <summary>Dead letters, each message counted once.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>
    /// Further dead letters of the same messages. They appear where a worker exits, or a reply is lost, after the dead
    /// letter is sent and before its original is deleted. A standard queue cannot prevent them, so they break no
    /// promise.
    /// </summary>
    public required long RepeatedDeadLetters { get; init; }

    /// <summary>Valid messages without a row, and invalid ones without a dead letter.</summary>
    public required long Lost { get; init; }

    /// <summary>Additional rows of a message that already has a row.</summary>
    public required long Doubled { get; init; }

    /// <summary>Rows without a sent login, or with values of another one.</summary>
    public required long WrongRows { get; init; }

    /// <summary>Dead letters of a valid login, without a sent message, or with a changed body.</summary>
    public required long WrongDeadLetters { get; init; }

    /// <summary>Those of the <see cref="WrongDeadLetters"/> that belong to a valid login.</summary>
    public required long GoodDeadLetters { get; init; }

    /// <summary>Valid messages that SQS moved after too many receives, whether they have a row or not.</summary>
    public required long RedrivenLogins { get; init; }
}

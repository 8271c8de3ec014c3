namespace FetchEtl.Benchmarks;

/// <summary>What became of the messages that were sent.</summary>
internal sealed record Outcome
{
    /// <summary>Messages that are logins.</summary>
    public required int Valid { get; init; }

    /// <summary>Messages that are none.</summary>
    public required int Invalid { get; init; }

    public required long Rows { get; init; }

    /// <summary>Different dead letters.</summary>
    public required long DeadLetters { get; init; }

    /// <summary>
    /// Dead letters that are there once more: a worker was ended, or a reply lost, between sending one and deleting its original.
    /// A standard queue can't tell, and the promise is not made.
    /// </summary>
    public required long RepeatedDeadLetters { get; init; }

    /// <summary>Logins without a row, and others without a dead letter.</summary>
    public required long Lost { get; init; }

    /// <summary>Rows of a message that had one already.</summary>
    public required long Doubled { get; init; }

    /// <summary>Rows of no login that was sent, or with another's values.</summary>
    public required long WrongRows { get; init; }

    /// <summary>Dead letters of a valid login, of nobody, or with another body than was sent.</summary>
    public required long WrongDeadLetters { get; init; }
}

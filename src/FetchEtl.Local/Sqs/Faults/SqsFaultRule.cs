namespace FetchEtl.Local;

/// <summary>One kind of fault, where it strikes and how often.</summary>
public sealed class SqsFaultRule
{
    /// <summary>What happens.</summary>
    public required SqsFaultKind Kind { get; init; }

    /// <summary>The operation that is struck, as SQS names it: <c>ReceiveMessage</c>.</summary>
    /// <value>Null (the default): every operation that the kind fits.</value>
    public string? Operation { get; init; }

    /// <summary>Limits the rule to calls that name this queue, by its URL or its name.</summary>
    /// <value>Null (the default): every queue, and calls that name none.</value>
    public string? QueueName { get; init; }

    /// <summary>How often the rule strikes.</summary>
    /// <value>0 (never) to 1 (always, the default).</value>
    public double Probability { get; init; } = 1;

    /// <summary>
    /// For <see cref="SqsFaultKind.Error"/> alone: the code of the error, as either protocol names it. Errors that SQS knows
    /// have their own HTTP status; <c>Internal…</c> has 500, <c>ServiceUnavailable</c> 503, a code of credentials or access 403,
    /// any other 400.
    /// </summary>
    /// <value>Letters, digits, dots. Null (the default): <c>InternalError</c>.</value>
    public string? Code { get; init; }

    /// <summary>For <see cref="SqsFaultKind.Latency"/> alone, where it is required.</summary>
    /// <value>Milliseconds, above 0 there and 0 (the default) elsewhere.</value>
    public int LatencyMilliseconds { get; init; }

    /// <summary>What is wrong with the rule and what would be right; nothing for a good one.</summary>
    internal IEnumerable<string> Problems()
    {
        if (!Enum.IsDefined(Kind))
        {
            yield return "there is no such kind.";
        }

        if (!(Probability is >= 0 and <= 1))
        {
            yield return $"the probability is {Probability}; give 0 (never) to 1 (always).";
        }

        if (Operation is not null && !FaultFit.Operations(Kind).Contains(Operation))
        {
            yield return $"{Kind} cannot strike '{Operation}'; leave the operation out, or give one of {string.Join(", ", FaultFit.Operations(Kind))}.";
        }

        if (QueueName is { Length: 0 })
        {
            yield return "the queueName is empty; leave it out to strike every queue.";
        }

        if (Kind == SqsFaultKind.Latency != LatencyMilliseconds > 0 || LatencyMilliseconds < 0)
        {
            yield return "latencyMilliseconds belongs to Latency, which needs it above 0, and to no other kind.";
        }

        if (Code is not null && Kind != SqsFaultKind.Error)
        {
            yield return "a code belongs to Error alone; leave it out.";
        }

        // It becomes a header.
        if (Code is not null && (Code.Length == 0 || !Code.All(x => char.IsAsciiLetterOrDigit(x) || x == '.')))
        {
            yield return "the code is no SQS error code; give letters, digits and dots, such as InternalError.";
        }
    }
}

namespace FetchEtl.Local;

/// <summary>One kind of fault, where it strikes and how often.</summary>
public sealed class SqsFaultRule
{
    /// <summary>What happens.</summary>
    public required SqsFaultKind Kind { get; init; }

    /// <summary>The operation that the rule strikes, by its SQS name, such as <c>ReceiveMessage</c>.</summary>
    /// <value>Null (the default): every operation that this kind of fault can strike.</value>
    public string? Operation { get; init; }

    /// <summary>Limits the rule to calls that name this queue, by URL or by name.</summary>
    /// <value>Null (the default): every queue, and calls that name none.</value>
    public string? QueueName { get; init; }

    /// <summary>How often the rule strikes.</summary>
    /// <value>0 (never) to 1 (always, the default).</value>
    public double Probability { get; init; } = 1;

    /// <summary>
    /// The code of the error, by its name in either protocol; only for <see cref="SqsFaultKind.Error"/>. Errors of SQS
    /// have their own HTTP status. <c>Internal…</c> has 500, <c>ServiceUnavailable</c> 503, a code about credentials or
    /// access 403, any other 400.
    /// </summary>
    /// <value>Letters, digits, dots. Null (the default): <c>InternalError</c>.</value>
    public string? Code { get; init; }

    /// <summary>
    /// The delay of the call; required for <see cref="SqsFaultKind.Latency"/> and only allowed there.
    /// </summary>
    /// <value>Milliseconds, above 0. Default: 0.</value>
    public int LatencyMilliseconds { get; init; }

    /// <summary>The operations that a kind of fault can strike, sorted.</summary>
    internal static IEnumerable<string> OperationsOf(SqsFaultKind kind) => ApiOperations.Names
        .Where(operation => kind switch
        {
            SqsFaultKind.PartialBatchFailure => operation.EndsWith("Batch", StringComparison.Ordinal),
            SqsFaultKind.DuplicateDelivery or SqsFaultKind.Reordering or SqsFaultKind.MalformedMessage =>
                operation == "ReceiveMessage",
            SqsFaultKind.StaleCounts => operation == "GetQueueAttributes",
            SqsFaultKind.StaleHandleSuccess => operation is "DeleteMessage" or "DeleteMessageBatch",
            _ => true,
        })
        .Order(StringComparer.Ordinal);

    /// <summary>Each problem of the rule with its remedy. Empty for a valid rule.</summary>
    internal IEnumerable<string> Problems()
    {
        if (!Enum.IsDefined(Kind))
        {
            yield return $"there is no such kind; use one of {string.Join(", ", Enum.GetNames<SqsFaultKind>())}.";
        }

        if (!(Probability is >= 0 and <= 1))
        {
            yield return $"the probability is {Probability}; use 0 (never) to 1 (always).";
        }

        if (Operation is not null && !OperationsOf(Kind).Contains(Operation))
        {
            yield return $"{Kind} cannot strike '{Operation}'; omit the operation, or use one of "
                + $"{string.Join(", ", OperationsOf(Kind))}.";
        }

        if (QueueName is { Length: 0 })
        {
            yield return "the queueName is empty; omit it to strike every queue.";
        }

        if (Kind == SqsFaultKind.Latency != LatencyMilliseconds > 0 || LatencyMilliseconds < 0)
        {
            yield return "latencyMilliseconds must be above 0 for Latency, and only Latency has it.";
        }

        if (Code is not null && Kind != SqsFaultKind.Error)
        {
            yield return "only Error has a code; omit it.";
        }

        // The code is sent in a header.
        if (Code is not null && (Code.Length == 0 || !Code.All(x => char.IsAsciiLetterOrDigit(x) || x == '.')))
        {
            yield return "the code is not an SQS error code; use letters, digits and dots, such as InternalError.";
        }
    }
}

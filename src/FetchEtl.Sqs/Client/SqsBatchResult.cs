namespace FetchEtl.Sqs;

/// <summary>What became of a batch call that the service accepted. Such a call can still fail for some of its entries.</summary>
public sealed class SqsBatchResult
{
    internal static SqsBatchResult Success { get; } = new([]);

    internal SqsBatchResult(IReadOnlyList<SqsBatchFailure> failed) => Failed = failed;

    /// <summary>The entries that failed; all others succeeded.</summary>
    public IReadOnlyList<SqsBatchFailure> Failed { get; }

    /// <summary>Whether no entry failed.</summary>
    public bool AllSucceeded => Failed.Count == 0;

    /// <summary>The same failures without the service's explanations.</summary>
    internal SqsBatchResult WithoutMessages() =>
        AllSucceeded ? this : new SqsBatchResult([.. Failed.Select(failure => failure with { Message = null })]);
}

namespace FetchEtl.Local;

/// <summary>Which operations a kind of fault can strike.</summary>
internal static class FaultFit
{
    public static IEnumerable<string> Operations(SqsFaultKind kind) => SqsOperations.Names.Where(operation => kind switch
    {
        SqsFaultKind.PartialBatchFailure => operation.EndsWith("Batch", StringComparison.Ordinal),
        SqsFaultKind.DuplicateDelivery or SqsFaultKind.Reordering => operation == "ReceiveMessage",
        SqsFaultKind.StaleHandleSuccess => operation is "DeleteMessage" or "DeleteMessageBatch",
        _ => true,
    }).Order(StringComparer.Ordinal);
}

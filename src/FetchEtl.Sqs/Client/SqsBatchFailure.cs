namespace FetchEtl.Sqs;

/// <summary>One entry of a batch that the service refused.</summary>
/// <param name="Index">The entry's place in the batch, from 0.</param>
/// <param name="Code">The error code, such as <c>ReceiptHandleIsInvalid</c>; the same in both protocols.</param>
/// <param name="SenderFault">Whether the service calls it the sender's fault.</param>
/// <param name="Message">The service's explanation; null for sends, where it could quote a body.</param>
public sealed record SqsBatchFailure(int Index, string Code, bool SenderFault, string? Message)
{
    /// <summary>Whether the entry may succeed when it is tried again as it is.</summary>
    public bool IsTransient => SqsErrors.IsTransient(Code, SenderFault ? null : System.Net.HttpStatusCode.InternalServerError);
}

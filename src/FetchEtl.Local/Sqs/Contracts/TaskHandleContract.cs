namespace FetchEtl.Local.Sqs.Contracts;

/// <summary>Both StartMessageMoveTask's result and CancelMessageMoveTask's request.</summary>
internal sealed record TaskHandleContract(string? TaskHandle);

namespace FetchEtl.Local;

/// <summary>Both StartMessageMoveTask's result and CancelMessageMoveTask's request.</summary>
internal sealed record TaskHandleContract(string? TaskHandle);

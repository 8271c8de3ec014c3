namespace FetchEtl.Service;

/// <summary>A signal ended a verb before its end.</summary>
/// <param name="text">What was done so far, and how to go on.</param>
internal sealed class VerbStoppedException(string text) : OperationCanceledException(text);

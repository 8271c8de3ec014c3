namespace FetchEtl.Service;

/// <summary>SQS refused a message.</summary>
/// <param name="message">Which error, and what became of the others.</param>
internal sealed class MessageRefusedException(string message) : Exception(message);

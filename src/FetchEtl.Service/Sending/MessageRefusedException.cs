namespace FetchEtl.Service;

/// <summary>SQS rejected a message.</summary>
/// <param name="message">The error code, and what happened to the other messages.</param>
internal sealed class MessageRefusedException(string message) : Exception(message);

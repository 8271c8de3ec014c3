namespace FetchEtl.Sqs;

/// <summary>The client can't be made with the settings and the environment that it was given.</summary>
/// <param name="message">All that is wrong, and what to do.</param>
public sealed class SqsSettingsException(string message) : Exception(message);

namespace FetchEtl.Sqs;

/// <summary>The SQS client cannot be created from its options and AWS's settings.</summary>
/// <param name="message">Every problem, each with the option and the remedy.</param>
public sealed class SqsSettingsException(string message) : Exception(message);

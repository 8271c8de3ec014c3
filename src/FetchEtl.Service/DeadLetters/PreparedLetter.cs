using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>A letter with the message that sends it back.</summary>
/// <param name="Received">The letter as received.</param>
/// <param name="Redriven">What is sent.</param>
internal sealed record PreparedLetter(ReceivedLetter Received, RedrivenMessage Redriven);

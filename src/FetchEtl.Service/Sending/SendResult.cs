namespace FetchEtl.Service;

/// <summary>How a send ended.</summary>
/// <param name="Sent">How many messages SQS accepted.</param>
/// <param name="Refused">The first lines that can never be sent as they are, with the reason.</param>
/// <param name="RefusedCount">How many such lines there are.</param>
/// <param name="Left">The lines to send again; null where nothing is left.</param>
/// <param name="Problem">Why something is left; null where nothing is, or where the user stopped it.</param>
internal sealed record SendResult(
    long Sent,
    IReadOnlyList<(long Number, string Reason)> Refused,
    long RefusedCount,
    LineRanges? Left,
    string? Problem);

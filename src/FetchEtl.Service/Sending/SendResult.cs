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
    string? Problem)
{
    /// <summary>The lines that were asked for and that the input does not have; null where it has all.</summary>
    public LineRanges? MissingLines { get; init; }

    /// <summary>The last line of the input with a message, where the input was read to its end.</summary>
    public long LastLine { get; init; }
}

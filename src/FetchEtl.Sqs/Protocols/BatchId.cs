using System.Globalization;

namespace FetchEtl.Sqs;

/// <summary>The ids of batch entries on the wire: their index in the batch, one digit.</summary>
internal static class BatchId
{
    private static readonly string[] Ids =
        [.. Enumerable.Range(0, SqsClient.MaxBatchSize).Select(index => index.ToString(CultureInfo.InvariantCulture))];

    public static string Of(int index) => Ids[index];

    /// <exception cref="FormatException">The id is none that was sent.</exception>
    public static int ToIndex(string? id) =>
        Array.IndexOf(Ids, id) is var index and >= 0
            ? index
            : throw new FormatException("A batch reply names an entry that was not sent.");
}

using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>Divides messages into calls.</summary>
internal static class RedriveRounds
{
    /// <summary>
    /// Calls of at most <paramref name="most"/> messages and 1 MiB, in the order given. On a FIFO queue a call holds
    /// one message of a group, since SQS may refuse any of its entries and accept those behind it.
    /// </summary>
    public static IEnumerable<IReadOnlyList<PreparedLetter>> Split(
        IReadOnlyList<PreparedLetter> letters, int most, bool isFifo)
    {
        var left = letters.ToList();
        while (left.Count > 0)
        {
            var call = new List<PreparedLetter>();
            var groups = new HashSet<string>(StringComparer.Ordinal);
            var bytes = 0;
            foreach (var letter in left)
            {
                var isNext = !isFifo || groups.Add(letter.Redriven.Entry.MessageGroupId);
                if (call.Count == most || (call.Count > 0 && bytes + letter.Redriven.Bytes > SqsLimits.CallBytes))
                {
                    break;
                }

                if (isNext)
                {
                    call.Add(letter);
                    bytes += letter.Redriven.Bytes;
                }
            }

            left = [.. left.Except(call)];
            yield return call;
        }
    }
}

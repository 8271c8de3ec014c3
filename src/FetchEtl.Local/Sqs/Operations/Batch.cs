namespace FetchEtl.Local;

internal static class Batch
{
    /// <summary>
    /// Runs the entries of a batch in order. A batch that is malformed is refused whole; an entry that is refused is listed among
    /// the failed ones, like one that a fault strikes, and the others still run.
    /// </summary>
    public static BatchResult<TSuccess> Run<TEntry, TSuccess>(
        CallFaults? faults, List<TEntry>? entries, Func<TEntry, TSuccess> run)
        where TEntry : IBatchEntry
    {
        Check(entries);
        var result = new BatchResult<TSuccess>(new(entries!.Count), []);
        foreach (var entry in entries)
        {
            if (faults?.FailsEntry() == true)
            {
                result.Failed.Add(new(
                    entry.Id!, SenderFault: false, SqsError.InternalError.QueryCode, "This error was asked for by the fault plan."));
                continue;
            }

            try
            {
                result.Successful.Add(run(entry));
            }
            catch (SqsException e)
            {
                result.Failed.Add(new(entry.Id!, SenderFault: true, e.Error.QueryCode, e.Message));
            }
        }

        return result;
    }

    private static void Check<TEntry>(List<TEntry>? entries)
        where TEntry : IBatchEntry
    {
        if (entries is null or [])
        {
            throw SqsError.EmptyBatchRequest.With("There should be at least one entry in the request.");
        }

        if (entries.Count > SqsLimits.BatchEntries)
        {
            throw SqsError.TooManyEntriesInBatchRequest.With(
                $"Maximum number of entries per request are {SqsLimits.BatchEntries}. You have sent {entries.Count}.");
        }

        for (var i = 0; i < entries.Count; i++)
        {
            var id = entries[i].Id;
            if (id is not { Length: > 0 and <= 80 } || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                throw SqsError.InvalidBatchEntryId.With(
                    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
                    + "It can be at most 80 letters long.");
            }

            for (var earlier = 0; earlier < i; earlier++)
            {
                if (entries[earlier].Id == id)
                {
                    throw SqsError.BatchEntryIdsNotDistinct.With($"Id {id} repeated.");
                }
            }
        }
    }
}

namespace FetchEtl.Local;

/// <summary>
/// Runs the entries of a batch in order. A malformed batch is rejected as a whole. An entry that is rejected, or that a
/// fault strikes, is listed as failed, and the others still run. Like SQS, the output omits a list without entries.
/// </summary>
internal static class MessageBatch
{
    /// <param name="operation">Its name is in the error for a batch without entries.</param>
    /// <param name="faults">The faults of the call, or null.</param>
    /// <param name="entries">The entries as received.</param>
    /// <param name="run">Runs an entry.</param>
    /// <param name="checkAll">Rejects the batch as a whole before any entry runs.</param>
    public static BatchOutput<TSuccess> Run<TEntry, TSuccess>(
        string operation,
        CallFaults? faults,
        List<TEntry>? entries,
        Func<TEntry, TSuccess> run,
        Action<List<TEntry>>? checkAll = null)
        where TEntry : IBatchEntry
    {
        Check(operation, entries);
        checkAll?.Invoke(entries!);
        var successful = new List<TSuccess>(entries!.Count);
        var failed = new List<EntryFailure>();
        foreach (var entry in entries)
        {
            if (faults?.FailsEntry() == true)
            {
                failed.Add(
                    new(entry.Id!, SenderFault: false, ApiError.InternalError.QueryCode, InjectedError.Message));
                continue;
            }

            try
            {
                successful.Add(run(entry));
            }
            catch (ApiException e)
            {
                failed.Add(new(entry.Id!, SenderFault: true, e.Error.QueryCode, e.Message));
            }
        }

        return new(successful.Count == 0 ? null : successful, failed.Count == 0 ? null : failed);
    }

    private static void Check<TEntry>(string operation, List<TEntry>? entries)
        where TEntry : IBatchEntry
    {
        if (entries is null or [])
        {
            throw ApiError.EmptyBatchRequest.With(
                $"There should be at least one {operation}RequestEntry in the request.");
        }

        if (entries.Count > Quotas.BatchEntries)
        {
            throw ApiError.TooManyEntriesInBatchRequest.With(
                $"Maximum number of entries per request are {Quotas.BatchEntries}. You have sent {entries.Count}.");
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (entry.Id is not { Length: > 0 and <= Quotas.BatchEntryIdLength } id
                || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                throw ApiError.InvalidBatchEntryId.With(
                    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
                    + $"It can be at most {Quotas.BatchEntryIdLength} letters long.");
            }

            if (!ids.Add(id))
            {
                throw ApiError.BatchEntryIdsNotDistinct.With($"Id {id} repeated.");
            }
        }
    }
}

internal interface IBatchEntry
{
    /// <summary>Identifies the entry within its batch.</summary>
    string? Id { get; }
}

internal sealed record BatchInput<TEntry>(string? QueueUrl, List<TEntry>? Entries)
    where TEntry : IBatchEntry;

internal sealed record BatchOutput<TSuccess>(List<TSuccess>? Successful, List<EntryFailure>? Failed);

/// <summary>An entry that succeeded, where there is nothing else to say.</summary>
internal sealed record EntryId(string Id);

internal sealed record EntryFailure(string Id, bool SenderFault, string Code, string Message);

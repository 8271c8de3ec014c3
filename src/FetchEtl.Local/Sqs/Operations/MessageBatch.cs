namespace FetchEtl.Local;

/// <summary>
/// Runs the entries of a batch in order. A malformed batch is rejected as a whole. An entry that is rejected, or that a
/// fault strikes, is listed as failed, and the others still run.
/// </summary>
internal static class MessageBatch
{
    public static BatchOutput<TSuccess> Run<TEntry, TSuccess>(
        CallFaults? faults, List<TEntry>? entries, Func<TEntry, TSuccess> run)
        where TEntry : IBatchEntry
    {
        Check(entries);
        var output = new BatchOutput<TSuccess>(new(entries!.Count), []);
        foreach (var entry in entries)
        {
            if (faults?.FailsEntry() == true)
            {
                output.Failed.Add(
                    new(entry.Id!, SenderFault: false, ApiError.InternalError.QueryCode, InjectedError.Message));
                continue;
            }

            try
            {
                output.Successful.Add(run(entry));
            }
            catch (ApiException e)
            {
                output.Failed.Add(new(entry.Id!, SenderFault: true, e.Error.QueryCode, e.Message));
            }
        }

        return output;
    }

    private static void Check<TEntry>(List<TEntry>? entries)
        where TEntry : IBatchEntry
    {
        if (entries is null or [])
        {
            throw ApiError.EmptyBatchRequest.With("There should be at least one entry in the request.");
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

internal sealed record BatchOutput<TSuccess>(List<TSuccess> Successful, List<EntryFailure> Failed);

/// <summary>An entry that succeeded, where there is nothing else to say.</summary>
internal sealed record EntryId(string Id);

internal sealed record EntryFailure(string Id, bool SenderFault, string Code, string Message);

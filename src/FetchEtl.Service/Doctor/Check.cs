namespace FetchEtl.Service;

/// <summary>What a check is about.</summary>
/// <param name="Id">Its stable name, as in <c>queue.retention</c>.</param>
/// <param name="Subject">Two or three words for the left column.</param>
/// <param name="Docs">The page that explains it, from the repository's root, with an anchor.</param>
internal sealed record Check(string Id, string Subject, string Docs)
{
    /// <summary>All is well.</summary>
    public Finding Ok(string found) => new(this, CheckStatus.Ok, found, Remedy: null);

    /// <summary>It works, and puts something at risk or is unusual.</summary>
    public Finding Warn(string found, string remedy) => new(this, CheckStatus.Warning, found, remedy);

    /// <summary>The service cannot work, or loses something.</summary>
    public Finding Fail(string found, string remedy) => new(this, CheckStatus.Error, found, remedy);

    /// <summary>It was not checked.</summary>
    /// <param name="reason">Continues the words "not checked, because".</param>
    public Finding Skip(string reason) =>
        new(this, CheckStatus.Skipped, $"not checked, because {reason}", Remedy: null);
}

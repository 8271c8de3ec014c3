namespace FetchEtl.Logins;

/// <summary>How a batch ended.</summary>
internal enum BatchResult
{
    /// <summary>The rows are committed.</summary>
    Committed,

    /// <summary>Every caller cancelled before a statement began.</summary>
    Withdrawn,

    /// <summary>PostgreSQL rejects the data of at least one row.</summary>
    Rejected,

    /// <summary>PostgreSQL could not execute the statement. The batch is retried as it is.</summary>
    Unavailable,

    /// <summary>The statement failed after the writer was stopped.</summary>
    Stopped,

    /// <summary>The statement failed for a reason that is not PostgreSQL's.</summary>
    Failed,
}

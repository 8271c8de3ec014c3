namespace FetchEtl.Logins;

/// <summary>How an attempt to write a batch ended.</summary>
internal enum BatchResult
{
    /// <summary>The rows are committed, except those that PostgreSQL dropped without an error.</summary>
    Committed,

    /// <summary>Every caller cancelled before a statement began.</summary>
    Withdrawn,

    /// <summary>PostgreSQL refuses at least one row.</summary>
    Refused,

    /// <summary>PostgreSQL could not execute the statement. The batch is retried as it is.</summary>
    Unavailable,

    /// <summary>The statement lost against another one. The batch is retried as it is, and no outage begins.</summary>
    Conflicted,

    /// <summary>Several rows took longer than a statement may. Fewer may end in time.</summary>
    TimedOut,

    /// <summary>The statement failed after the writer was stopped.</summary>
    Stopped,

    /// <summary>The statement failed for a reason that is not PostgreSQL's.</summary>
    Failed,
}

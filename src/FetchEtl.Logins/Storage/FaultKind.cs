namespace FetchEtl.Logins;

/// <summary>What a failed statement asks for.</summary>
public enum FaultKind
{
    /// <summary>The database is not at fault: a bug. The callers of that batch get the exception.</summary>
    Unknown = 0,

    /// <summary>PostgreSQL rejects a row for its values, and always will. Isolate the row.</summary>
    Data = 1,

    /// <summary>The failure passes by itself. Retry the batch as it is.</summary>
    Transient = 2,

    /// <summary>The failure passes when an operator acts. Retry the batch as it is, and log the remedy.</summary>
    Operator = 3,
}

namespace FetchEtl.Logins;

/// <summary>What a failed statement asks for.</summary>
internal enum FaultKind
{
    /// <summary>No fault of the database: a bug. The callers of that batch get it.</summary>
    Unknown = 0,

    /// <summary>A row's data is refused, and always will be. Isolate the row.</summary>
    Data = 1,

    /// <summary>It passes by itself. Retry the batch as it is.</summary>
    Transient = 2,

    /// <summary>It passes when an operator acts. Retry the batch as it is, and tell the operator.</summary>
    Operator = 3,
}

namespace FetchEtl.Logins;

/// <summary>What a failed statement asks for.</summary>
public enum FaultKind
{
    /// <summary>Not a failure of the database but a bug. After some retries the rows fail with it.</summary>
    Unknown = 0,

    /// <summary>
    /// PostgreSQL refuses the statement for something that a single row may cause. The row is isolated; whose fault it
    /// is depends on the row and on how many others are refused.
    /// </summary>
    Refused = 1,

    /// <summary>The failure ends by itself. The batch is retried as it is.</summary>
    Transient = 2,

    /// <summary>
    /// The failure ends when an operator acts. The batch is retried as it is, and the log names the remedy.
    /// </summary>
    Operator = 3,
}

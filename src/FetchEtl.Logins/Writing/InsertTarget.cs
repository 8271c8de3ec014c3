namespace FetchEtl.Logins;

/// <summary>The unique index by which an insert knows a message that is written already.</summary>
internal enum InsertTarget
{
    /// <summary>Not read yet.</summary>
    Unknown = 0,

    /// <summary>That of one table, on <c>message_id</c>.</summary>
    MessageId = 1,

    /// <summary>That of a partitioned table, on <c>message_id</c> and <c>create_date</c>.</summary>
    MessageIdAndDate = 2,

    /// <summary>
    /// Any: a partitioned table keeps rows without a date in a partition with a unique index of its own.
    /// </summary>
    Any = 3,
}

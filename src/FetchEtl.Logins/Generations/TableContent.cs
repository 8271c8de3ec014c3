namespace FetchEtl.Logins;

/// <summary>What a sample of <c>user_logins</c> holds, where no record says how its rows were written.</summary>
internal enum TableContent
{
    /// <summary>No row.</summary>
    Empty,

    /// <summary>Rows, and no keyed message id.</summary>
    ReceivedIds,

    /// <summary>Keyed message ids only.</summary>
    KeyedIds,

    /// <summary>Keyed message ids and others.</summary>
    BothIds,
}

namespace FetchEtl.Local;

/// <summary>Where a message stands in its queue.</summary>
internal enum MessageState
{
    /// <summary>Sent with a delay that has not passed.</summary>
    Delayed,

    /// <summary>May be received.</summary>
    Visible,

    /// <summary>Received, not deleted, its visibility timeout running.</summary>
    InFlight,

    /// <summary>Deleted, moved, purged or past its retention.</summary>
    Gone,
}

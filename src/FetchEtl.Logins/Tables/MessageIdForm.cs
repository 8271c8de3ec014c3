namespace FetchEtl.Logins;

/// <summary>The form of the message ids that a table holds.</summary>
public enum MessageIdForm
{
    /// <summary>As received.</summary>
    Raw = 0,

    /// <summary>
    /// <c>rekey --message-ids</c> is under way: new rows have keyed ids, and older ones are still as received.
    /// </summary>
    Moving = 1,

    /// <summary>Keyed; see <see cref="MessageIdKey"/>.</summary>
    Keyed = 2,
}

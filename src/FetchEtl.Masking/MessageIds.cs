namespace FetchEtl.Masking;

/// <summary>How message ids are stored; see <see cref="MaskingOptions.MessageIds"/>.</summary>
public enum MessageIds
{
    /// <summary>As received. Anyone who sent the message knows its id, and finds its row by it.</summary>
    Raw = 0,

    /// <summary>
    /// As a UUID that only the keys can compute from the received one; see <see cref="MessageIdKey"/>.
    /// </summary>
    Keyed = 1,
}

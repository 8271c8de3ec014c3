namespace FetchEtl.Logins;

/// <summary>
/// What the table itself says of its rows: which fields are masked, and in which form message ids stand. Where settings
/// leave that open, the table decides. It does not change; where the table's settings change, there is a new instance.
/// </summary>
public sealed class TableSettings
{
    private readonly IReadOnlyDictionary<int, PinnedSettings> _pins;
    private readonly MessageIdKey? _key;

    /// <param name="pinned">The settings of the newest generation.</param>
    /// <param name="pins">The settings of each generation; empty under a masker without keys.</param>
    /// <param name="key">Makes keyed ids; may be null where the ids are raw.</param>
    /// <param name="mac">The MAC of the newest generation's record; null under a masker without keys.</param>
    internal TableSettings(
        PinnedSettings pinned, IReadOnlyDictionary<int, PinnedSettings> pins, MessageIdKey? key, string? mac)
    {
        _pins = pins;
        _key = key;
        Pinned = pinned;
        Mac = mac;
    }

    /// <summary>The masked fields, in the order of <see cref="PiiFields.All"/>.</summary>
    public IReadOnlyList<PiiField> Fields => Pinned.Fields;

    /// <summary>The form of message ids.</summary>
    public MessageIdForm MessageIds => Pinned.MessageIds;

    /// <summary>The settings of the newest generation.</summary>
    internal PinnedSettings Pinned { get; }

    /// <summary>
    /// The MAC of the newest generation's record, which the writer's insert requires; null without keys.
    /// </summary>
    internal string? Mac { get; }

    /// <summary>Whether a field is masked.</summary>
    /// <param name="field">The field.</param>
    public bool Masks(PiiField field) => Fields.Contains(field);

    /// <summary>Returns the method by which a generation masks a field.</summary>
    /// <param name="generation">The generation, from 1 to the newest key.</param>
    /// <param name="field">The field.</param>
    /// <returns>The method of the generation's record; that of the newest where there is none.</returns>
    public MaskingMethod MethodOf(int generation, PiiField field) =>
        _pins.GetValueOrDefault(generation, Pinned).MethodOf(field);

    /// <summary>Returns the id that a new row gets.</summary>
    /// <param name="messageId">The message's id as received.</param>
    /// <returns>The id in the table's form; keyed while ids move.</returns>
    public Guid StoredId(Guid messageId) =>
        MessageIds == MessageIdForm.Raw ? messageId : _key!.Of(messageId);
}

namespace FetchEtl.Masking;

/// <summary>
/// Replaces message ids by keyed ones: a UUID of version 8 (RFC 9562) whose other 122 bits are the first of
/// HMAC-SHA-256 over the id's 16 bytes, in the order of its text. The key is the first generation's subkey (HKDF, info
/// <c>fetchetl/mask/v1/message-id</c>), so a rotation changes no id. Thread-safe.
/// </summary>
public sealed class MessageIdKey
{
    private const int Size = 16;
    private const int VersionByte = 6;
    private const int VariantByte = 8;

    private readonly MaskKey _key;

    /// <summary>Reads the keys and derives the subkey.</summary>
    /// <param name="options">Settings with keys.</param>
    /// <exception cref="MaskingRefusedException">A key is missing, unreadable, malformed or repeated.</exception>
    public MessageIdKey(MaskingOptions options)
        : this(new KeyRing(options))
    {
    }

    internal MessageIdKey(KeyRing ring) => _key = ring.Subkey(1, "message-id");

    /// <summary>Returns the keyed id of a message id.</summary>
    /// <param name="messageId">The id as received.</param>
    /// <returns>A UUID of version 8; the same for the same id.</returns>
    public Guid Of(Guid messageId)
    {
        Span<byte> id = stackalloc byte[Size];
        Span<byte> hash = stackalloc byte[Mask.HashLength];
        messageId.TryWriteBytes(id, bigEndian: true, out _);
        _key.Hash(id, hash);
        hash[VersionByte] = (byte)((hash[VersionByte] & 0x0F) | 0x80);
        hash[VariantByte] = (byte)((hash[VariantByte] & 0x3F) | 0x80);
        return new Guid(hash[..Size], bigEndian: true);
    }

    /// <summary>Whether a stored id has the form of a keyed one: version 8 and the variant of RFC 9562.</summary>
    /// <param name="storedId">The id in the table.</param>
    /// <returns>True also for a received id of that version.</returns>
    public static bool IsKeyed(Guid storedId) => storedId is { Version: 8, Variant: >= 8 and < 12 };
}

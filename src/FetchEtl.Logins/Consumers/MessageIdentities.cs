using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Logins;

/// <summary>
/// Builds identities for <see cref="LoginsOptions.MessageIdentity"/>: UUIDs of version 8 (RFC 9562), the same for the
/// same parts. Different parts have different identities: two collide as rarely as two random UUIDs.
/// </summary>
/// <remarks>
/// The other 122 bits are the first of SHA-256 over all parts, each as its length in bytes (32 bits, the highest byte
/// first) and its UTF-8. So <c>("a", "bc")</c> and <c>("ab", "c")</c> differ. A reader who knows the parts can compute
/// the identity. By default the table stores it keyed, so that only the holder of the keys finds the row.
/// </remarks>
public static class MessageIdentities
{
    private const int Size = 16;
    private const int VersionByte = 6;
    private const int VariantByte = 8;

    /// <summary>A lone surrogate has no UTF-8, and a character in its place would make different texts equal.</summary>
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Builds the identity of a message from its place in a log, such as a topic of Kafka.</summary>
    /// <param name="source">
    /// The log's name. Offsets start again in a topic that is deleted and created anew: then the name must change too,
    /// by a number that the application appends, for example.
    /// </param>
    /// <param name="partition">The partition, or shard.</param>
    /// <param name="offset">The offset, or sequence number.</param>
    /// <returns>What <see cref="FromText"/> returns for the three, the numbers in decimal digits.</returns>
    /// <exception cref="EncoderFallbackException">The name holds a lone surrogate.</exception>
    public static Guid FromOffset(string source, long partition, long offset) => FromText(
        source,
        partition.ToString(CultureInfo.InvariantCulture),
        offset.ToString(CultureInfo.InvariantCulture));

    /// <summary>Builds the identity of a message from texts that together name it.</summary>
    /// <param name="parts">One text or more, in an order that does not change. A text may be empty.</param>
    /// <returns>A UUID of version 8.</returns>
    /// <exception cref="ArgumentException">There is no text, or one is null.</exception>
    /// <exception cref="EncoderFallbackException">A text holds a lone surrogate.</exception>
    public static Guid FromText(params ReadOnlySpan<string> parts)
    {
        if (parts.IsEmpty)
        {
            throw new ArgumentException("An identity needs one text or more.", nameof(parts));
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in parts)
        {
            ArgumentNullException.ThrowIfNull(part, nameof(parts));
            var text = Utf8.GetBytes(part);
            BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
            hash.AppendData(length);
            hash.AppendData(text);
        }

        Span<byte> id = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(id);
        id[VersionByte] = (byte)((id[VersionByte] & 0x0F) | 0x80);
        id[VariantByte] = (byte)((id[VariantByte] & 0x3F) | 0x80);
        return new Guid(id[..Size], bigEndian: true);
    }
}

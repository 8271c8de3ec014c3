using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Local;

/// <summary>MD5 digests as SQS defines them. Clients compare them with their own.</summary>
internal static class MessageDigest
{
    /// <summary>Of UTF-8 text, in lower-case hex.</summary>
    public static string Md5(string text) =>
        Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, Encoding.UTF8.GetBytes(text)));

    /// <summary>
    /// Of attributes, sorted by name: name, type and value, each after its length in four bytes. One byte before the
    /// value gives its kind (developer guide, "Calculating the MD5 message digest for message attributes"). Null for
    /// none.
    /// </summary>
    public static string? Md5(IReadOnlyDictionary<string, AttributeValue>? attributes)
    {
        if (attributes is null or { Count: 0 })
        {
            return null;
        }

        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        foreach (var (name, value) in attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal))
        {
            Append(md5, Encoding.UTF8.GetBytes(name));
            Append(md5, Encoding.UTF8.GetBytes(value.DataType!));
            md5.AppendData([value.BinaryValue is null ? (byte)1 : (byte)2]);
            Append(md5, value.BinaryValue ?? Encoding.UTF8.GetBytes(value.StringValue!));
        }

        return Convert.ToHexStringLower(md5.GetHashAndReset());
    }

    private static void Append(IncrementalHash md5, byte[] bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        md5.AppendData(length);
        md5.AppendData(bytes);
    }
}

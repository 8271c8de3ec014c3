using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FetchEtl.Local;

/// <summary>Identifies one receive of one message: queue, message and number of the receive, in base64.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReceiptHandle(int Queue, Guid Message, long Receipt)
{
    private const int Length = 4 + 16 + 8;

    private static readonly SearchValues<char> Base64Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    /// <summary>SQS words this case in its own way, except in a batch.</summary>
    public static void ThrowIfNotBase64(string? text)
    {
        if (text.AsSpan().ContainsAnyExcept(Base64Characters))
        {
            throw ApiError.ReceiptHandleIsInvalid.With("The input receipt handle is invalid.");
        }
    }

    public static ReceiptHandle Parse(string? text, int queue)
    {
        if (text is null)
        {
            throw ApiError.Missing("ReceiptHandle");
        }

        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length == (Length + 2) / 3 * 4
            && Convert.TryFromBase64String(text, bytes, out var written) && written == Length)
        {
            return BinaryPrimitives.ReadInt32BigEndian(bytes) == queue
                ? new(queue, new Guid(bytes[4..20]), BinaryPrimitives.ReadInt64BigEndian(bytes[20..]))
                : throw ApiError.ReceiptHandleIsInvalid.With(
                    $"The receipt handle \"{text}\" is not valid for this queue.");
        }

        throw ApiError.ReceiptHandleIsInvalid.With(
            $"The input receipt handle \"{text}\" is not a valid receipt handle.");
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, Queue);
        Message.TryWriteBytes(bytes[4..]);
        BinaryPrimitives.WriteInt64BigEndian(bytes[20..], Receipt);
        return Convert.ToBase64String(bytes);
    }
}

using System.Text;
using System.Text.Json;

namespace FetchEtl.Sqs;

/// <summary>
/// Where a producer put a message that is too large for a queue, as AWS's extended clients for SQS and SNS write it:
/// <c>["software.amazon.payloadoffloading.PayloadS3Pointer",{"s3BucketName":"…","s3Key":"…"}]</c>.
/// </summary>
/// <param name="Bucket">The bucket's name.</param>
/// <param name="Key">The object's key. It can hold anything, so nothing logs it.</param>
internal sealed record S3Pointer(string Bucket, string Key)
{
    /// <summary>S3's limit, in bytes of UTF-8.</summary>
    private const int MaxKeyBytes = 1024;

    /// <summary>Prints no value.</summary>
    public override string ToString() => nameof(S3Pointer);

    /// <summary>Reads a pointer.</summary>
    /// <param name="body">A body, which may be anything.</param>
    /// <returns>Null where the body is no pointer at all.</returns>
    /// <exception cref="BrokenBodyException">It claims to be one and is malformed.</exception>
    public static S3Pointer? Read(ReadOnlySpan<byte> body)
    {
        if (body.TrimStart(" \t\r\n"u8) is not [(byte)'[', ..])
        {
            return null;
        }

        var isPointer = false;
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            reader.Read();
            isPointer = reader.TokenType == JsonTokenType.String
                && (reader.ValueTextEquals("software.amazon.payloadoffloading.PayloadS3Pointer"u8)
                    || reader.ValueTextEquals("com.amazon.sqs.javamessaging.MessageS3Pointer"u8));
            return isPointer ? Members(ref reader) ?? throw BrokenBodyException.BadPointer() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return isPointer ? throw BrokenBodyException.BadPointer() : null;
        }
    }

    /// <summary>Reads the second and last item of the array.</summary>
    private static S3Pointer? Members(ref Utf8JsonReader reader)
    {
        string? bucket = null, key = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isBucket = reader.ValueTextEquals("s3BucketName"u8);
            var isKey = reader.ValueTextEquals("s3Key"u8);
            reader.Read();
            var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            bucket = isBucket ? text : bucket;
            key = isKey ? text : key;
            reader.Skip();
        }

        reader.Read();
        return reader.TokenType == JsonTokenType.EndArray && !reader.Read()
            && !string.IsNullOrEmpty(bucket) && IsKey(key)
            ? new S3Pointer(bucket, key!)
            : null;
    }

    /// <summary>
    /// A segment of dots is legal for S3. But URLs are shortened by it, and the request could reach another bucket.
    /// </summary>
    private static bool IsKey(string? key) => !string.IsNullOrEmpty(key)
        && Encoding.UTF8.GetByteCount(key) <= MaxKeyBytes
        && !Array.Exists(key.Split('/', '\\'), static segment => segment is "." or "..");
}

using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Sqs;

/// <summary>
/// AWS Signature Version 4 for the requests this client makes: no query string, and a fixed set of headers
/// ("Create a signed AWS API request", IAM User Guide). The signing key is derived once per secret and day.
/// </summary>
internal sealed class SigV4Signer(string region, string service)
{
    private const int HashSize = SHA256.HashSizeInBytes;

    private volatile DerivedKey? _key;

    /// <summary>The value of the <c>Authorization</c> header.</summary>
    /// <param name="request">The request.</param>
    /// <param name="amzDate">Its <c>X-Amz-Date</c>, as <see cref="FormatDate"/> gives it.</param>
    /// <param name="accessKey">The access key id.</param>
    /// <param name="secretKey">The secret access key.</param>
    public string Authorize(in SigV4Request request, string amzDate, string accessKey, string secretKey)
    {
        var date = amzDate[..8];
        var signedHeaders = SignedHeaders(request);
        var buffer = new ArrayBufferWriter<byte>(512);

        WriteCanonicalRequest(buffer, request, amzDate, signedHeaders);
        Span<byte> canonicalHash = stackalloc byte[HashSize];
        SHA256.HashData(buffer.WrittenSpan, canonicalHash);

        buffer.ResetWrittenCount();
        Write(buffer, "AWS4-HMAC-SHA256\n");
        Write(buffer, amzDate);
        Write(buffer, "\n");
        Write(buffer, date);
        Write(buffer, "/");
        Write(buffer, region);
        Write(buffer, "/");
        Write(buffer, service);
        Write(buffer, "/aws4_request\n");
        WriteHex(buffer, canonicalHash);

        Span<byte> signature = stackalloc byte[HashSize];
        HMACSHA256.HashData(KeyFor(secretKey, date), buffer.WrittenSpan, signature);
        return $"AWS4-HMAC-SHA256 Credential={accessKey}/{date}/{region}/{service}/aws4_request, "
            + $"SignedHeaders={signedHeaders}, Signature={Convert.ToHexStringLower(signature)}";
    }

    /// <summary>The time as <c>X-Amz-Date</c> has it.</summary>
    public static string FormatDate(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string SignedHeaders(in SigV4Request request) =>
        (request.ContentType, request.SecurityToken, request.Target) switch
        {
            (null, null, null) => "host;x-amz-date",
            (not null, null, null) => "content-type;host;x-amz-date",
            (not null, null, not null) => "content-type;host;x-amz-date;x-amz-target",
            (not null, not null, null) => "content-type;host;x-amz-date;x-amz-security-token",
            (not null, not null, not null) => "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
            (null, not null, null) => "host;x-amz-date;x-amz-security-token",
            (null, null, not null) => "host;x-amz-date;x-amz-target",
            (null, not null, not null) => "host;x-amz-date;x-amz-security-token;x-amz-target",
        };

    private static void WriteCanonicalRequest(
        ArrayBufferWriter<byte> buffer, in SigV4Request request, string amzDate, string signedHeaders)
    {
        Write(buffer, request.Method);
        Write(buffer, "\n");

        // Every service but S3 signs the path as it is sent, percent-encoded once more.
        Write(buffer, request.Path.Replace("%", "%25", StringComparison.Ordinal));
        Write(buffer, "\n\n");
        WriteHeader(buffer, "content-type:", request.ContentType);
        WriteHeader(buffer, "host:", request.Host);
        WriteHeader(buffer, "x-amz-date:", amzDate);
        WriteHeader(buffer, "x-amz-security-token:", request.SecurityToken);
        WriteHeader(buffer, "x-amz-target:", request.Target);
        Write(buffer, "\n");
        Write(buffer, signedHeaders);
        Write(buffer, "\n");
        Span<byte> payloadHash = stackalloc byte[HashSize];
        SHA256.HashData(request.Payload.Span, payloadHash);
        WriteHex(buffer, payloadHash);
    }

    private static void WriteHeader(ArrayBufferWriter<byte> buffer, string nameAndColon, string? value)
    {
        if (value is not null)
        {
            Write(buffer, nameAndColon);
            Write(buffer, value);
            Write(buffer, "\n");
        }
    }

    private static void Write(ArrayBufferWriter<byte> buffer, string text) => Encoding.UTF8.GetBytes(text, buffer);

    private static void WriteHex(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> bytes)
    {
        Convert.TryToHexStringLower(bytes, buffer.GetSpan(bytes.Length * 2), out var written);
        buffer.Advance(written);
    }

    private byte[] KeyFor(string secretKey, string date)
    {
        if (_key is { } cached && cached.Date == date && cached.Secret == secretKey)
        {
            return cached.Key;
        }

        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secretKey), Encoding.UTF8.GetBytes(date));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(service));
        key = HMACSHA256.HashData(key, "aws4_request"u8);
        _key = new DerivedKey(secretKey, date, key);
        return key;
    }

    private sealed class DerivedKey(string secret, string date, byte[] key)
    {
        public string Secret => secret;

        public string Date => date;

        public byte[] Key => key;
    }
}

using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;

namespace FetchEtl.Sqs;

/// <summary>
/// AWS Signature Version 4 for the two direct calls ("Create a signed AWS API request", IAM User Guide): a POST to the
/// root of the endpoint, without a query string and with a fixed set of headers.
/// </summary>
internal sealed class DirectSigner(string host, string region, string service)
{
    private volatile DerivedKey? _key;

    /// <summary>Whether a text can stand in a header as it is.</summary>
    public static bool IsVisibleAscii(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('!', '~');

    /// <summary>Adds the headers of a marshalled request and those of its signature to an HTTP message.</summary>
    /// <returns>False, with nothing added, if a header or a character of the credentials is not a known one.</returns>
    public bool TrySign(
        HttpRequestHeaders target,
        IDictionary<string, string> marshalled,
        ReadOnlySpan<byte> body,
        ImmutableCredentials credentials,
        DateTimeOffset now)
    {
        var token = credentials.UseToken ? credentials.Token : null;
        if (marshalled.Count != 4
            || !marshalled.TryGetValue("Content-Type", out var contentType)
            || !marshalled.TryGetValue("x-amz-api-version", out var version)
            || !marshalled.TryGetValue("X-Amz-Target", out var operation)
            || !marshalled.TryGetValue("x-amzn-query-mode", out var queryMode)
            || !IsVisibleAscii(credentials.AccessKey)
            || !IsVisibleAscii(token))
        {
            return false;
        }

        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var date = time[..8];
        var payload = Hash(body);
        var tokenLine = token is null ? "" : $"x-amz-security-token:{token}\n";
        var tokenName = token is null ? "" : "x-amz-security-token;";
        var signedHeaders = "content-type;host;x-amz-api-version;x-amz-content-sha256;x-amz-date;"
            + $"{tokenName}x-amz-target;x-amzn-query-mode";
        var canonicalRequest = $"POST\n/\n\ncontent-type:{contentType}\nhost:{host}\nx-amz-api-version:{version}\n"
            + $"x-amz-content-sha256:{payload}\nx-amz-date:{time}\n{tokenLine}x-amz-target:{operation}\n"
            + $"x-amzn-query-mode:{queryMode}\n\n{signedHeaders}\n{payload}";
        var scope = $"{date}/{region}/{service}/aws4_request";
        var toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonicalRequest))}";
        var signature = HMACSHA256.HashData(KeyFor(credentials.SecretKey, date), Encoding.UTF8.GetBytes(toSign));

        target.TryAddWithoutValidation("X-Amz-Target", operation);
        target.TryAddWithoutValidation("x-amz-api-version", version);
        target.TryAddWithoutValidation("x-amzn-query-mode", queryMode);
        target.TryAddWithoutValidation("X-Amz-Date", time);
        target.TryAddWithoutValidation("X-Amz-Content-SHA256", payload);
        if (token is not null)
        {
            target.TryAddWithoutValidation("x-amz-security-token", token);
        }

        target.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential={credentials.AccessKey}/{scope}, SignedHeaders={signedHeaders}, "
            + $"Signature={Convert.ToHexStringLower(signature)}");
        return true;
    }

    private static string Hash(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Derives the signing key once per secret and day.</summary>
    private byte[] KeyFor(string secret, string date)
    {
        if (_key is not { } key || !key.IsFor(secret, date))
        {
            _key = key = new DerivedKey(secret, date, AWS4Signer.ComposeSigningKey(secret, region, date, service));
        }

        return key.Bytes;
    }

    private sealed class DerivedKey(string secret, string date, byte[] bytes)
    {
        public byte[] Bytes => bytes;

        public bool IsFor(string otherSecret, string otherDate) => secret == otherSecret && date == otherDate;
    }
}

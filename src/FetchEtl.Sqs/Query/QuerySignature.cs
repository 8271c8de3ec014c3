using System.Globalization;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Auth;

namespace FetchEtl.Sqs;

/// <summary>
/// Signs a translated request with the SDK's own signer, for the time, region and service of the request that it
/// replaces ("Create a signed AWS API request", IAM User Guide).
/// </summary>
internal static class QuerySignature
{
    /// <summary>Signs the request, unless the SDK's own was not signed.</summary>
    public static async Task SignAsync(
        HttpRequestMessage query, byte[] form, HttpRequestMessage original, Func<Task<AWSCredentials>> credentials)
    {
        if (Header(original, "Authorization") is not { } authorization
            || Header(original, "X-Amz-Date") is not { } date)
        {
            return;
        }

        // "AWS4-HMAC-SHA256 Credential=<key>/<day>/<region>/<service>/aws4_request, SignedHeaders=…"
        var scope = authorization[..authorization.IndexOf(',', StringComparison.Ordinal)].Split('/');
        var keys = await (await credentials()).GetCredentialsAsync();
        var names = "content-type;host;x-amz-date";
        var type = query.Content!.Headers.NonValidated["Content-Type"];
        var headers = $"content-type:{type}\nhost:{query.RequestUri!.Authority}\nx-amz-date:{date}\n";
        query.Headers.TryAddWithoutValidation("X-Amz-Date", date);
        if (keys.UseToken)
        {
            names += ";x-amz-security-token";
            headers += $"x-amz-security-token:{keys.Token}\n";
            query.Headers.TryAddWithoutValidation("X-Amz-Security-Token", keys.Token);
        }

        // Every service but S3 signs the path as it is sent, percent-encoded once more.
        var path = query.RequestUri.AbsolutePath.Replace("%", "%25", StringComparison.Ordinal);
        var canonical = $"POST\n{path}\n\n{headers}\n{names}\n{Convert.ToHexStringLower(SHA256.HashData(form))}";
        var time = DateTimeOffset.ParseExact(
            date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var signature = AWS4Signer.ComputeSignature(keys, scope[^3], time.UtcDateTime, scope[^2], names, canonical);
        query.Headers.TryAddWithoutValidation("Authorization", signature.ForAuthorizationHeader);
    }

    private static string? Header(HttpRequestMessage request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}

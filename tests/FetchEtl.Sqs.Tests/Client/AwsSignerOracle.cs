using System.Security.Cryptography;
using Amazon.Runtime.Internal.Auth;

namespace FetchEtl.Sqs.Tests;

/// <summary>AWSSDK.Core's own signer, asked to sign the very headers it is given.</summary>
internal sealed class AwsSignerOracle : AWS4Signer
{
    public static string Authorize(
        Uri endpoint,
        string rawPath,
        string method,
        IDictionary<string, string> headers,
        ReadOnlySpan<byte> payload,
        (string AccessKey, string SecretKey) keys,
        string region,
        string service,
        DateTimeOffset time)
    {
        var sorted = SortAndPruneHeaders(headers);
        var canonical = CanonicalizeRequest(
            endpoint, rawPath, method, sorted, "", Convert.ToHexStringLower(SHA256.HashData(payload)));
        return ComputeSignature(
            keys.AccessKey, keys.SecretKey, region, time.UtcDateTime, service, CanonicalizeHeaderNames(sorted), canonical)
            .ForAuthorizationHeader;
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime.Internal.Auth;

namespace FetchEtl.Sqs.Tests;

/// <summary>The SDK's own signer, applied to a received request.</summary>
internal sealed class AwsSignerOracle : AWS4Signer
{
    /// <summary>The value that the <c>Authorization</c> header of the request should have.</summary>
    public static string Authorize(Uri endpoint, WireRequest request, string accessKey, string secretKey, string region)
    {
        var names = request.Headers["Authorization"].Split("SignedHeaders=")[1].Split(',')[0].Split(';');
        var headers = SortAndPruneHeaders(names.ToDictionary(name => name, name => request.Headers[name]));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.Content)));
        var canonical = CanonicalizeRequest(endpoint, request.Path, "POST", headers, "", hash);
        var time = DateTimeOffset.ParseExact(
            request.Headers["X-Amz-Date"], "yyyyMMdd'T'HHmmss'Z'", null, DateTimeStyles.AssumeUniversal);
        var signature = ComputeSignature(
            accessKey, secretKey, region, time.UtcDateTime, "sqs", CanonicalizeHeaderNames(headers), canonical);
        return signature.ForAuthorizationHeader;
    }
}

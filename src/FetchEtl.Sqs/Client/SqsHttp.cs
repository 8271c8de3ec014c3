using System.Diagnostics;
using System.Net;

namespace FetchEtl.Sqs;

/// <summary>The chain of HTTP handlers: the signature, then the connections.</summary>
internal static class SqsHttp
{
    /// <remarks>
    /// HttpClient's base class is enough: the timeout is each request's own, and default headers and base address would
    /// have to be signed too.
    /// </remarks>
    public static HttpMessageInvoker Create(
        SqsClientOptions options, SigV4Signer signer, SqsCredentials credentials, SigningClock clock) =>
        new(new SigV4SigningHandler(signer, credentials, clock, new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),

            // Name resolution is asked again now and then, because SQS moves behind its names.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,

            // A header added after the signature would travel unsigned, and nobody reads it there.
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        }));
}

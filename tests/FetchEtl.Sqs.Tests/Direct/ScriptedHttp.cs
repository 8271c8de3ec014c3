using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Amazon.Runtime;

namespace FetchEtl.Sqs.Tests;

/// <summary>Creates HTTP clients that record every request and answer with scripted replies.</summary>
internal sealed class ScriptedHttp(Func<SeenRequest, HttpResponseMessage> reply) : HttpClientFactory
{
    private readonly Func<SeenRequest, HttpResponseMessage> _reply = reply;

    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new Handler(this));

    public static HttpResponseMessage Json(string content, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(content, Encoding.UTF8, "application/x-amz-json-1.0") };

    public static HttpResponseMessage Error(string code, HttpStatusCode status = HttpStatusCode.BadRequest) =>
        Json($$"""{"__type":"com.amazonaws.sqs#{{code}}","message":"why"}""", status);

    private sealed class Handler(ScriptedHttp script) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var seen = await SeenRequest.FromAsync(request);
            script.Requests.Enqueue(seen);
            cancellationToken.ThrowIfCancellationRequested();
            return script._reply(seen);
        }
    }
}

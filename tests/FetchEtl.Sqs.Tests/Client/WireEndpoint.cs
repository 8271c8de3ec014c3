using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// An HTTP endpoint on the loopback interface with scripted replies, for those that a healthy server does not send.
/// </summary>
internal sealed class WireEndpoint : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WireEndpoint(WebApplication application) => _application = application;

    public Uri Url => new(_application.Urls.Single());

    public ConcurrentQueue<WireRequest> Requests { get; } = new();

    /// <summary>Answers each request with <paramref name="reply"/>; null breaks the connection instead.</summary>
    public static async Task<WireEndpoint> StartAsync(Func<WireRequest, CancellationToken, Task<WireReply?>> reply)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var endpoint = new WireEndpoint(builder.Build());
        endpoint._application.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var request = new WireRequest(
                context.Request.Path.Value!,
                context.Request.Headers.ToDictionary(
                    header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                await reader.ReadToEndAsync(context.RequestAborted));
            endpoint.Requests.Enqueue(request);
            if (await reply(request, context.RequestAborted) is { } answer)
            {
                context.Response.StatusCode = (int)answer.Status;
                context.Response.ContentType = answer.ContentType;
                if (answer.Date is { } date)
                {
                    context.Response.Headers.Date = date.ToString("R", CultureInfo.InvariantCulture);
                }

                await context.Response.WriteAsync(answer.Content, context.RequestAborted);
            }
            else
            {
                context.Abort();
            }
        });
        await endpoint._application.StartAsync();
        return endpoint;
    }

    public static Task<WireEndpoint> StartAsync(Func<WireRequest, WireReply?> reply) =>
        StartAsync((request, _) => Task.FromResult(reply(request)));

    /// <summary>Answers with the replies in turn, and repeats the last one.</summary>
    public static Task<WireEndpoint> StartAsync(params WireReply?[] replies)
    {
        var next = -1;
        return StartAsync(_ => replies[Math.Min(Interlocked.Increment(ref next), replies.Length - 1)]);
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}

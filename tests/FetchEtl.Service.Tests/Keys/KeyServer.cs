using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Service.Tests;

/// <summary>
/// KMS and Systems Manager on loopback, for the few calls of fetch-etl: each reply is the test's own, to the byte.
/// </summary>
internal sealed class KeyServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly CancellationTokenSource _end = new();

    private KeyServer(WebApplication application) => _application = application;

    public string Url => _application.Urls.Single();

    /// <summary>What the next calls get, by the operation: status and JSON. Without one, the call hangs.</summary>
    public ConcurrentDictionary<string, (int Status, string Json)> Replies { get; } = new();

    /// <summary>Each call: its operation and its JSON.</summary>
    public ConcurrentQueue<(string Operation, JsonElement Body)> Calls { get; } = new();

    public static async Task<KeyServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new KeyServer(builder.Build());
        server._application.Run(server.ReplyAsync);
        await server._application.StartAsync();
        return server;
    }

    /// <summary>Decrypts to this key, whatever the ciphertext.</summary>
    public void Decrypts(string key) => Replies["Decrypt"] = (200, $$"""{"KeyId":"k","Plaintext":"{{key}}"}""");

    /// <summary>Returns this parameter.</summary>
    public void Holds(string value, string type = "SecureString") => Replies["GetParameter"] = (
        200, $$"""{"Parameter":{"Name":"/p","Type":"{{type}}","Value":"{{value}}","Version":1} }""");

    /// <summary>Fails with a code of AWS and a text that quotes a secret.</summary>
    public void Fails(string operation, string code, string quoted, int status = 400) =>
        Replies[operation] = (status, $$"""{"__type":"{{code}}","message":"refused {{quoted}}"}""");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _application.DisposeAsync();
        _end.Dispose();
    }

    private async Task ReplyAsync(HttpContext context)
    {
        var operation = context.Request.Headers["X-Amz-Target"].ToString().Split('.')[^1];
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        Calls.Enqueue((operation, body.RootElement.Clone()));
        if (!Replies.TryGetValue(operation, out var reply))
        {
            await Task.Delay(Timeout.Infinite, _end.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            return;
        }

        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = "application/x-amz-json-1.1";
        await context.Response.WriteAsync(reply.Json);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// A headless Chromium, driven by its DevTools protocol. Playwright would bring four Node.js runtimes of its own into
/// the output of the test project.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _calls = [];
    private readonly ConcurrentDictionary<string, Action<string, JsonNode>> _sessions = new(StringComparer.Ordinal);
    private Task _reading = Task.CompletedTask;
    private int _lastId;

    private Chromium(Process process, string profile)
    {
        _process = process;
        _profile = profile;
    }

    public static async Task<Chromium> StartAsync()
    {
        var profile = Directory.CreateTempSubdirectory("fetch-etl-chromium-").FullName;
        var start = new ProcessStartInfo(ChromiumFactAttribute.Path)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in new[]
        {
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-proxy-server",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank",
        })
        {
            start.ArgumentList.Add(argument);
        }

        var browser = new Chromium(Process.Start(start)!, profile);
        browser._process.BeginOutputReadLine();
        var listens = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        browser._process.ErrorDataReceived += (_, line) =>
        {
            const string Prefix = "DevTools listening on ";
            if (line.Data is { } text && text.StartsWith(Prefix, StringComparison.Ordinal))
            {
                listens.TrySetResult(text[Prefix.Length..].Trim());
            }
        };
        browser._process.BeginErrorReadLine();
        await browser._socket.ConnectAsync(new Uri(await listens.Task.WaitAsync(Limit)), CancellationToken.None);
        browser._reading = browser.ReadAsync();
        return browser;
    }

    /// <summary>Opens a page.</summary>
    /// <param name="url">The page.</param>
    /// <param name="width">The width of the window, in pixels of CSS.</param>
    /// <param name="isDark">Whether the user prefers dark colours.</param>
    public async Task<ChromiumPage> OpenAsync(string url, int width, bool isDark)
    {
        var target = await CallAsync(null, "Target.createTarget", new { url = "about:blank" });
        var attached = await CallAsync(
            null, "Target.attachToTarget", new { targetId = (string)target["targetId"]!, flatten = true });
        var page = new ChromiumPage(this, (string)attached["sessionId"]!);
        _sessions[page.Session] = page.Handle;
        await page.LoadAsync(url, width, isDark);
        return page;
    }

    /// <summary>Calls a method of the protocol.</summary>
    public async Task<JsonNode> CallAsync(string? session, string method, object parameters)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = _calls[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = new JsonObject
        {
            ["id"] = id,
            ["method"] = method,
            ["params"] = JsonSerializer.SerializeToNode(parameters),
        };
        if (session is not null)
        {
            call["sessionId"] = session;
        }

        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(
                Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }

        var reply = await answer.Task.WaitAsync(Limit);
        return reply["error"] is { } error
            ? throw new InvalidOperationException($"{method}: {error.ToJsonString()}")
            : reply["result"]!;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
        _socket.Dispose();
        _sending.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (true)
            {
                using var text = new MemoryStream();
                WebSocketReceiveResult part;
                do
                {
                    part = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                    text.Write(buffer, 0, part.Count);
                }
                while (!part.EndOfMessage);
                Handle(JsonNode.Parse(text.ToArray())!);
            }
        }
        catch (Exception ended) when (ended is WebSocketException or JsonException or InvalidOperationException)
        {
            // The browser is gone.
            foreach (var call in _calls.Values)
            {
                call.TrySetException(ended);
            }
        }
    }

    private void Handle(JsonNode message)
    {
        if (message["id"] is { } id)
        {
            _calls[(int)id].TrySetResult(message);
        }
        else if (message["sessionId"] is { } session && _sessions.TryGetValue((string)session!, out var handle))
        {
            handle((string)message["method"]!, message["params"]!);
        }
    }
}

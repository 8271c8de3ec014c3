using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>A page of a <see cref="Chromium"/>.</summary>
internal sealed class ChromiumPage(Chromium browser, string session)
{
    private readonly ConcurrentQueue<string> _problems = [];
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Session => session;

    /// <summary>Errors and warnings of the console, violations of the content security policy included.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>The addresses that the page asked for, its own included.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public async Task LoadAsync(string url, int width, bool isDark)
    {
        await CallAsync("Page.enable", new { });
        await CallAsync("Runtime.enable", new { });
        await CallAsync("Log.enable", new { });
        await CallAsync("Network.enable", new { });
        await CallAsync("Emulation.setDeviceMetricsOverride", new
        {
            width, height = 900, deviceScaleFactor = 1, mobile = width < 600,
        });
        await CallAsync("Emulation.setEmulatedMedia", new
        {
            features = new[] { new { name = "prefers-color-scheme", value = isDark ? "dark" : "light" } },
        });
        await CallAsync("Page.navigate", new { url });
        await _loaded.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>Evaluates an expression, awaits it and returns its value.</summary>
    public async Task<T> EvaluateAsync<T>(string expression)
    {
        var reply = await CallAsync(
            "Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true });
        return reply["exceptionDetails"] is { } thrown
            ? throw new InvalidOperationException(thrown.ToJsonString())
            : reply["result"]!["value"]!.Deserialize<T>()!;
    }

    /// <summary>The text of a place of the page.</summary>
    public Task<string> TextAsync(string name) =>
        EvaluateAsync<string>($"document.querySelector('[data-text={name}]').textContent");

    /// <summary>Shows the page as it is printed.</summary>
    public Task ShowPrintedAsync() => CallAsync("Emulation.setEmulatedMedia", new { media = "print" });

    /// <summary>Saves the whole page as a picture where FETCHETL_SCREENSHOTS names a folder.</summary>
    public async Task SaveAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("FETCHETL_SCREENSHOTS") is { Length: > 0 } folder)
        {
            // Only the page in front is painted.
            await CallAsync("Page.bringToFront", new { });
            var picture = await CallAsync("Page.captureScreenshot", new { captureBeyondViewport = true });
            await File.WriteAllBytesAsync(
                Path.Combine(folder, $"{name}.png"), Convert.FromBase64String((string)picture["data"]!));
        }
    }

    /// <summary>Takes an event of the protocol.</summary>
    public void Handle(string method, JsonNode parameters)
    {
        switch (method)
        {
            case "Page.loadEventFired":
                _loaded.TrySetResult();
                break;
            case "Network.requestWillBeSent":
                _requests.Enqueue((string)parameters["request"]!["url"]!);
                break;
            case "Runtime.exceptionThrown":
                _problems.Enqueue(parameters.ToJsonString());
                break;
            case "Runtime.consoleAPICalled" when (string)parameters["type"]! is "error" or "warning":
                _problems.Enqueue(parameters.ToJsonString());
                break;
            case "Log.entryAdded" when (string)parameters["entry"]!["level"]! is "error" or "warning":
                _problems.Enqueue(parameters.ToJsonString());
                break;
        }
    }

    private Task<JsonNode> CallAsync(string method, object parameters) =>
        browser.CallAsync(session, method, parameters);
}

using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.Service.Tests;

/// <summary>The web server of a <c>run</c> whose SQS and PostgreSQL cannot be reached.</summary>
public sealed partial class WebServerTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http = new();
    private IHost _host = null!;
    private Task _starting = Task.CompletedTask;
    private string _url = string.Empty;

    public async Task InitializeAsync()
    {
        _host = ServiceHost.CreateRun(Settings("http://127.0.0.1:0")).BuildValidated();
        var server = _host.Services.GetRequiredService<WebServer>();
        _starting = _host.StartAsync(_stop.Token);
        _url = (await server.Listening.WaitAsync(TimeSpan.FromMinutes(1))).Single();
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _starting.ContinueWith(static _ => { }, TaskScheduler.Default);
        await _host.StopAsync();
        _host.Dispose();
        _http.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task It_answers_while_SQS_and_PostgreSQL_are_away()
    {
        using var live = await _http.GetAsync(new Uri($"{_url}/health/live"));
        using var ready = await _http.GetAsync(new Uri($"{_url}/health/ready"));

        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        var report = JsonSerializer.Deserialize<JsonElement>(await ready.Content.ReadAsStringAsync());
        Assert.Equal("starting", report.GetProperty("status").GetString());
        Assert.Equal(
            ["login-writer", "receive-endpoint", "dead-letters", "bus"],
            report.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()!));
        Assert.False(_starting.IsCompleted);
    }

    [Fact]
    public async Task Every_place_of_the_page_has_a_value_and_every_answer_the_same_headers()
    {
        using var page = await _http.GetAsync(new Uri($"{_url}/"));
        var html = await page.Content.ReadAsStringAsync();
        using var events = await _http.GetAsync(new Uri($"{_url}/events"), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await events.Content.ReadAsStreamAsync());
        var line = await reader.ReadLineAsync();
        var view = JsonSerializer.Deserialize<JsonElement>(line!["data: ".Length..]);
        using var request = new HttpRequestMessage(HttpMethod.Head, $"{_url}/events");
        using var head = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, head.StatusCode);
        Assert.DoesNotContain("{{", html, StringComparison.Ordinal);
        Assert.All(Place().Matches(html).Select(place => place.Groups["name"].Value), name =>
            Assert.NotNull(view.GetProperty("texts").GetProperty(name).GetString()));
        Assert.All(Table().Matches(html).Select(place => place.Groups["name"].Value), name =>
            Assert.NotEmpty(view.GetProperty("rows").GetProperty(name).EnumerateArray()));
        foreach (var path in new[] { "/", "/status.css", "/status.js", "/health/live", "/nothing" })
        {
            using var answer = await _http.GetAsync(new Uri($"{_url}{path}"));
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith(
                "default-src 'none'; script-src 'self'; style-src 'self'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Fact]
    public async Task A_name_that_is_rebound_to_loopback_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_url}/");
        request.Headers.Host = "rebound.example";

        using var answer = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task One_stream_more_than_the_limit_is_refused_until_another_one_ends()
    {
        var streams = new List<HttpResponseMessage>();
        for (var i = 0; i <= EventStreams.Limit; i++)
        {
            streams.Add(await _http.GetAsync(new Uri($"{_url}/events"), HttpCompletionOption.ResponseHeadersRead));
        }

        Assert.All(streams[..^1], stream => Assert.Equal(HttpStatusCode.OK, stream.StatusCode));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, streams[^1].StatusCode);
        streams.ForEach(stream => stream.Dispose());
        HttpStatusCode status;
        do
        {
            using var next = await _http.GetAsync(new Uri($"{_url}/events"), HttpCompletionOption.ResponseHeadersRead);
            status = next.StatusCode;
        }
        while (status != HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_line_with_the_remedy()
    {
        using var second = ServiceHost.CreateRun(Settings(_url)).BuildValidated();

        var refusal = await Assert.ThrowsAsync<UsageException>(() => second.StartAsync());

        Assert.Equal(
            [
                $"Service:Urls ({_url}) names a port that another process uses: stop that process, or choose another "
                + "port.",
            ],
            refusal.Problems);
        await second.StopAsync();
    }

    [Fact]
    public void Without_URLs_nothing_of_the_web_server_is_registered()
    {
        using var host = ServiceHost.CreateRun(Settings(string.Empty)).BuildValidated();

        Assert.Null(host.Services.GetService<WebServer>());
        Assert.Null(host.Services.GetService<StatusSampler>());
    }

    private static string[] Settings(string urls) =>
    [
        $"--Service:Urls={urls}",
        "--Sqs:ServiceUrl=http://127.0.0.1:1",
        "--ConnectionStrings:Logins=Host=127.0.0.1;Port=1;Database=logins;Username=etl",
        $"--Masking:Keys:0={TestKeys.First}",
        "--Logging:LogLevel:Default=None",
    ];

    [GeneratedRegex("data-text=\"(?<name>\\w+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();

    [GeneratedRegex("data-rows=\"(?<name>\\w+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Table();
}

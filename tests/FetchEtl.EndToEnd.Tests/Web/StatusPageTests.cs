using System.Text.Json;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using FetchEtl.Service;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The status page of a running service, in a real browser.</summary>
[Trait("Category", "Slow")]
public sealed partial class StatusPageTests(StatusPageEstate page) : IClassFixture<StatusPageEstate>
{
    private static readonly string[] CountsOfPage =
        ["received", "written", "duplicates", "deadLetters", "returned", "visible", "hidden", "deadDepth", "inFlight"];

    [ChromiumFact]
    public async Task The_page_is_accessible_silent_and_right_on_a_desk_and_on_a_phone_and_is_updated_live()
    {
        await using var browser = await Chromium.StartAsync();
        var pages = new List<ChromiumPage>();
        foreach (var (width, isDark) in new[] { (1280, false), (1280, true), (390, false), (390, true) })
        {
            var opened = await browser.OpenAsync($"{page.Url}/", width, isDark);
            await Estate.UntilAsync(async () =>
                await opened.EvaluateAsync<string>("document.getElementById('connection').textContent") == "live");
            await opened.EvaluateAsync<bool>("document.querySelector('details').open = true");
            Assert.Empty(await ViolationsAsync(opened));
            Assert.True(
                await opened.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width,
                $"The page is wider than {width} px.");
            await opened.SaveAsync($"status-{width}-{(isDark ? "dark" : "light")}");
            pages.Add(opened);
        }

        await AssertEqualToSqlAndSqsAsync(pages[0], StatusPageEstate.Valid);
        Assert.Matches("just now|ago", await pages[0].TextAsync("lastReceived"));
        await page.Estate.SendAsync(50, seed: 2);
        await Estate.UntilAsync(async () => await pages[0].TextAsync("written") == $"{StatusPageEstate.Valid + 50}");
        Assert.All(pages, opened => Assert.Empty(opened.Problems));

        await page.Run.SignalAsync(ProcessSignal.Terminate);
        await page.Run.WaitAsync();
        await Estate.UntilAsync(async () =>
            (await pages[0].EvaluateAsync<string>("document.getElementById('connection').textContent"))
                .StartsWith("disconnected", StringComparison.Ordinal));
        await pages[0].SaveAsync("status-disconnected");
        AssertLogIsJson();
    }

    /// <summary>What the page counts, against what SQL and SQS count.</summary>
    private async Task AssertEqualToSqlAndSqsAsync(ChromiumPage opened, int valid)
    {
        var dead = await QueueDepth.ReadAsync(page.Estate.Client, page.Estate.DeadLetterUrl, CancellationToken.None);
        var depth = await page.Estate.DepthAsync();
        var shown = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in CountsOfPage)
        {
            shown[name] = await opened.TextAsync(name);
        }

        Assert.Equal(3, dead.Total);
        Assert.Equal(valid, await page.Estate.RowsAsync());
        Assert.Equal(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["received"] = $"{valid + dead.Total}",
                ["written"] = $"{await page.Estate.RowsAsync()}",
                ["duplicates"] = "0",
                ["deadLetters"] = $"{dead.Total}",
                ["returned"] = "0",
                ["visible"] = $"{depth.Visible}",
                ["hidden"] = $"{depth.InFlight}",
                ["deadDepth"] = $"{dead.Total}",
                ["inFlight"] = "0",
            },
            shown);
        Assert.Equal(
            "user_id.required2body.not_json1",
            await opened.EvaluateAsync<string>("document.querySelector('[data-rows=rules]').textContent"));

        // Without JavaScript the server's own text is there.
        var html = await page.Http.GetStringAsync(new Uri($"{page.Url}/"));
        Assert.Contains($"<dd data-text=\"written\">{valid}</dd>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", html, StringComparison.Ordinal);
        Assert.DoesNotContain(page.Estate.Settings["Masking__Keys__0"], html, StringComparison.Ordinal);
    }

    private void AssertLogIsJson()
    {
        var lines = page.Run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var ids = lines
            .Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Select(line =>
            {
                Assert.Matches(Utc(), line.GetProperty("Timestamp").GetString());
                return line.GetProperty("EventId").GetInt32();
            })
            .ToList();

        Assert.DoesNotContain('\u001b', page.Run.Errors);
        Assert.Equal(3092, ids[^1]);
        Assert.DoesNotContain(1109, ids);
        var whole = JsonSerializer.Deserialize<JsonElement>(lines[^1]).GetProperty("State");
        Assert.Equal(StatusPageEstate.Valid + 50, whole.GetProperty("Written").GetInt32());
        Assert.Equal("user_id.required 2, body.not_json 1", whole.GetProperty("Rules").GetString());
    }

    private static async Task<string> ViolationsAsync(ChromiumPage opened)
    {
        // The debugger evaluates it, so the page's policy stays in force for the page.
        await opened.EvaluateAsync<bool>($"{new BundledAxeScriptProvider().GetScript()}; true");
        return await opened.EvaluateAsync<string>(
            """
            axe.run().then(found => found.violations.map(violation =>
                violation.id + ': ' + violation.nodes.map(node => node.target.join(' ')).join(', ')).join('\n'))
            """);
    }

    [GeneratedRegex(
        @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Utc();
}

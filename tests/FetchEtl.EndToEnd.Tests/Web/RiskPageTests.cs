using System.Text.Json;
using Deque.AxeCore.Commons;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The verb <c>risk</c> as a process, and its page in a real browser.</summary>
[Trait("Category", "Slow")]
public sealed class RiskPageTests
{
    private static readonly string[] Canaries = ["person-0", "de_CANARY", "mask-of-0"];

    [ChromiumFact]
    public async Task The_page_is_accessible_silent_and_equal_to_the_JSON_on_a_desk_and_on_a_phone()
    {
        await using var estate = await Estate.CreateAsync();
        await estate.ExecuteAsync(
            """
            INSERT INTO user_logins
                (user_id, device_type, masked_ip, masked_device_id, locale, app_version, create_date)
            SELECT 'person-' || i % 40, CASE WHEN i % 2 = 0 THEN 'ios' ELSE 'android' END, 'mask-of-' || i % 30,
                'mask-of-' || i % 40, CASE WHEN i % 40 > 35 THEN 'de_CANARY' ELSE 'GB' END, 2000000 + i % 3 * 1000,
                date '2026-01-01' + i % 60
            FROM pg_catalog.generate_series(1, 900) AS i
            """);
        var folder = Directory.CreateTempSubdirectory("fetch-etl-risk-");
        try
        {
            var file = Path.Combine(folder.FullName, "risk.html");
            await using var run = await estate.RunAsync("risk", "--min-k", "7", "--json", "--html", file);
            Assert.True(run.ExitCode == 3, run.Errors);
            Assert.Contains("fetch-etl: k is 1, and --min-k asks for 7.", run.Errors, StringComparison.Ordinal);
            var report = JsonSerializer.Deserialize<JsonElement>(run.Output);
            var html = await File.ReadAllTextAsync(file);
            Assert.All(Canaries, canary => Assert.DoesNotContain(canary, run.Output + html, StringComparison.Ordinal));

            await using var browser = await Chromium.StartAsync();
            foreach (var (width, isDark) in new[] { (1280, false), (1280, true), (390, false), (390, true) })
            {
                var page = await browser.OpenAsync(new Uri(file).AbsoluteUri, width, isDark);
                Assert.Empty(await ViolationsAsync(page));
                Assert.True(
                    await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width,
                    $"The page is wider than {width} px.");
                await page.SaveAsync($"risk-{width}-{(isDark ? "dark" : "light")}");
                await AssertEqualAsync(page, report);
                Assert.Empty(page.Problems);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task AssertEqualAsync(ChromiumPage page, JsonElement report)
    {
        var classes = report.GetProperty("classes");
        Assert.Equal(
            $"{classes.GetProperty("k")}",
            await page.EvaluateAsync<string>("document.getElementById('k').textContent"));
        var sizes = classes.GetProperty("sizes").EnumerateArray().ToList();
        Assert.Equal(
            sizes.Select(size => $"{size.GetProperty("classes")} {size.GetProperty("records")}"),
            await CellsAsync(page, "sizes"));
        Assert.Equal(900, report.GetProperty("rows").GetInt32());

        // The bars are as long as the shares.
        var bars = await page.EvaluateAsync<double[]>(
            "[...document.querySelectorAll('#sizes tbody rect:not(.room)')].map(bar => bar.width.baseVal.value)");
        var records = classes.GetProperty("records").GetDouble();
        Assert.All(sizes.Zip(bars), pair =>
            Assert.Equal(100 * pair.First.GetProperty("records").GetDouble() / records, pair.Second, 2));
        Assert.Equal(
            report.GetProperty("suggestions").EnumerateArray().Take(12)
                .Select(x => $"{x.GetProperty("k")} {x.GetProperty("classes")}"),
            await CellsAsync(page, "coarser"));
        Assert.Equal(
            report.GetProperty("diversity").EnumerateArray().Select(x =>
                $"{x.GetProperty("distinct")} {x.GetProperty("entropy").GetDouble():0.0}"),
            await CellsAsync(page, "diversity"));
    }

    /// <summary>The first two cells of each row, without the separators of thousands.</summary>
    private static Task<string[]> CellsAsync(ChromiumPage page, string section) => page.EvaluateAsync<string[]>(
        $"[...document.querySelectorAll('#{section} tbody tr')]" +
        ".map(row => [...row.querySelectorAll('td')].slice(0, 2)" +
        ".map(cell => cell.textContent.replaceAll(',', '')).join(' '))");

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
}

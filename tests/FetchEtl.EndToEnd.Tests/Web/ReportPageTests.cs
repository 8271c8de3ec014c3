using System.Text.Json;
using Amazon.SQS.Model;
using Deque.AxeCore.Commons;
using FetchEtl.Service;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The verb <c>report</c> as a process, and its page in a real browser.</summary>
[Trait("Category", "Slow")]
public sealed class ReportPageTests
{
    private const string Period = "create_date BETWEEN '2026-01-10' AND '2026-02-23'";

    [ChromiumFact]
    public async Task The_page_is_accessible_silent_and_equal_to_SQL_on_a_desk_on_a_phone_and_on_paper()
    {
        await using var estate = await Estate.CreateAsync();
        await FillAsync(estate);
        var folder = Directory.CreateTempSubdirectory("fetch-etl-report-");
        try
        {
            var file = Path.Combine(folder.FullName, "report.html");
            await using var run = await estate.RunAsync(
                "report", "--since", "2026-01-10", "--until", "2026-02-23", "--json", "--html", file);
            Assert.True(run.ExitCode == 0, run.Errors);
            await AssertEqualAsync(estate, JsonSerializer.Deserialize<JsonElement>(run.Output));
            Assert.DoesNotContain("person-", run.Output + await File.ReadAllTextAsync(file), StringComparison.Ordinal);
            Assert.Equal(16, (await QueueDepth.ReadAsync(
                estate.Client, estate.DeadLetterUrl, CancellationToken.None)).Visible);

            await using var browser = await Chromium.StartAsync();
            foreach (var (width, isDark) in new[] { (1280, false), (1280, true), (390, false), (390, true) })
            {
                var url = new Uri(file).AbsoluteUri;
                var page = await browser.OpenAsync(url, width, isDark);
                Assert.True(
                    await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width,
                    $"The page is wider than {width} px.");
                await page.SaveAsync($"report-{width}-{(isDark ? "dark" : "light")}");
                await page.EvaluateAsync<bool>("document.querySelector('details').open = true");
                Assert.Empty(await ViolationsAsync(page));
                await AssertEqualAsync(estate, page);
                await page.ShowPrintedAsync();
                Assert.Equal(
                    "rgb(255, 255, 255)",
                    await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
                await page.SaveAsync($"report-{width}-{(isDark ? "dark" : "light")}-printed");
                Assert.Equal([url], page.Requests);
                Assert.Empty(page.Problems);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Logins of 60 days, weekends of few people, hostile texts, and dead letters of three reasons.</summary>
    private static async Task FillAsync(Estate estate)
    {
        await estate.ExecuteAsync(
            """
            INSERT INTO user_logins
                (user_id, device_type, masked_ip, masked_device_id, locale, app_version, create_date)
            SELECT 'person-' || i * 7 % 300, CASE WHEN i % 9 < 5 THEN 'ios' WHEN i % 9 < 8 THEN 'android' END,
                '1:' || rpad(to_hex(i * i % 40), 64, 'e'), '1:' || rpad(to_hex(i * 7 % 300), 64, 'd'),
                (ARRAY['GB', 'US', 'GB', 'NO', '<img src=x onerror=alert(1)>', E'\u001b[31mred', NULL, 'BR'])
                    [1 + i * 5 % 8],
                2000000 + i * i % 5 * 1001000, day
            FROM (
                SELECT day::date, generate_series(1,
                    CASE WHEN extract(isodow FROM day) > 5 THEN 3 ELSE 40 + extract(doy FROM day)::int END) +
                    extract(doy FROM day)::int * 131 AS i
                FROM generate_series(timestamp '2026-01-01', timestamp '2026-03-01', interval '1 day') AS day
            ) AS s;
            INSERT INTO user_logins (user_id, device_type, locale, create_date)
            SELECT 'person-' || i, 'ios', 'rare-' || i % 2, '2026-01-12' FROM generate_series(1, 6) AS i
            """);
        foreach (var (reason, count) in new[]
        {
            ("user_id: is missing", 8), ("ip: is null", 6), ("locale: is empty", 2),
        })
        {
            for (var i = 0; i < count; i++)
            {
                await estate.Client.SendMessageAsync(new SendMessageRequest(estate.DeadLetterUrl, "{}")
                {
                    MessageAttributes = new Dictionary<string, MessageAttributeValue>
                    {
                        ["DeadLetterReason"] = new() { DataType = "String", StringValue = reason },
                    },
                });
            }
        }
    }

    /// <summary>The document against SQL, and against what was sent to the dead-letter queue.</summary>
    private static async Task AssertEqualAsync(Estate estate, JsonElement report)
    {
        Assert.Equal(
            await TextAsync(
                estate,
                "count(*) || ' ' || count(DISTINCT user_id) || ' ' || count(DISTINCT masked_device_id) || ' ' || "
                + $"count(DISTINCT masked_ip) FROM user_logins WHERE {Period}"),
            string.Join(' ', report.GetProperty("totals").EnumerateObject().Select(member => member.Value)));
        var locales = report.GetProperty("locales");
        Assert.Equal(
            await TextAsync(
                estate,
                "string_agg(coalesce(locale, '') || n, ' ' ORDER BY n DESC, locale COLLATE \"C\") FROM ("
                + $"SELECT locale, count(*) AS n FROM user_logins WHERE {Period} GROUP BY 1 "
                + "HAVING count(DISTINCT user_id) >= 5) AS x"),
            string.Join(
                ' ',
                locales.GetProperty("groups").EnumerateArray()
                    .Select(group => $"{group.GetProperty("value")}{group.GetProperty("count")}")));
        var letters = report.GetProperty("deadLetters");
        Assert.Equal(16, letters.GetProperty("count").GetInt32());
        Assert.Equal(
            "user_id: is missing",
            Assert.Single(letters.GetProperty("reasons").GetProperty("groups").EnumerateArray())
                .GetProperty("value").GetString());
    }

    /// <summary>What the page shows, against SQL.</summary>
    private static async Task AssertEqualAsync(Estate estate, ChromiumPage page)
    {
        var days = await page.EvaluateAsync<string>(
            """
            [...document.querySelectorAll('#days tbody tr')].map(row => row.cells[0].textContent.slice(0, 10) + ' ' +
                row.cells[1].textContent.replaceAll(',', '')).join('\n')
            """);
        Assert.Equal(
            await TextAsync(
                estate,
                "string_agg(create_date || ' ' || CASE WHEN people < 5 THEN 'few people' ELSE n::text END, E'\\n' "
                + "ORDER BY create_date) FROM (SELECT create_date, count(*) AS n, count(DISTINCT user_id) AS people "
                + $"FROM user_logins WHERE {Period} GROUP BY 1) AS x"),
            days);

        // A column is as high as its number on the axis.
        var heights = await page.EvaluateAsync<double[]>(
            """
            (() => {
                const plot = document.querySelector('.plot.by-day');
                const top = +plot.querySelector('.y text:last-child').textContent.replaceAll(',', '');
                return [...plot.querySelectorAll('rect:not(.merged)')]
                    .map(column => column.height.baseVal.value * top / 100);
            })()
            """);
        Assert.Equal(
            days.Split('\n').Where(day => !day.Contains("few", StringComparison.Ordinal))
                .Select(day => double.Parse(day.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)),
            heights.Select(height => Math.Round(height)));
        Assert.Equal(
            await TextAsync(estate, $"count(*)::text FROM user_logins WHERE {Period}"),
            await page.EvaluateAsync<string>(
                "document.getElementById('total-logins').textContent.replaceAll(',', '')"));
        Assert.Equal(
            await TextAsync(
                estate,
                "string_agg(coalesce(device_type, 'no device type') || ' ' || n, E'\\n' ORDER BY n DESC) FROM ("
                + $"SELECT device_type, count(*) AS n FROM user_logins WHERE {Period} GROUP BY 1) AS x"),
            await page.EvaluateAsync<string>(
                """
                [...document.querySelectorAll('#device-types tbody tr')].map(row =>
                    row.cells[0].textContent + ' ' + row.cells[1].textContent.replaceAll(',', '')).join('\n')
                """));
    }

    private static Task<string> TextAsync(Estate estate, string select) =>
        estate.QueryAsync<string>($"SELECT {select}");

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

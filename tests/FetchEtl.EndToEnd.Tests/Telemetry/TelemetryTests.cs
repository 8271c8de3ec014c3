namespace FetchEtl.EndToEnd.Tests;

/// <summary>What a running service exports.</summary>
[Trait("Category", "Slow")]
public sealed class TelemetryTests(TelemetryEstate estate) : IClassFixture<TelemetryEstate>
{
    [Fact]
    public void The_page_lists_exactly_the_instruments_that_the_service_emits()
    {
        var emitted = estate.Receiver.Metrics
            .Where(x => x.Meter.StartsWith("FetchEtl.", StringComparison.Ordinal))
            .GroupBy(x => x.Name)
            .Select(x => new[]
            {
                $"`{x.Key}`",
                x.First().Unit is { Length: > 0 } unit ? $"{x.First().Kind}, `{unit}`" : x.First().Kind,
                $"`{x.First().Meter}`",
                string.Join(", ", x.SelectMany(y => y.Points).SelectMany(y => y.Attributes.Keys)
                    .Where(y => y != "error.type").Distinct().Order().Select(y => $"`{y}`")),
            });
        var listed = DocPage.Get("docs/telemetry.md").RowsUnder("### FetchEtl's instruments")
            .Select(row => row[..3].Append(row[3].Replace(", `error.type`", string.Empty)).ToArray());

        Assert.Equal(listed.Select(Line).Order(), emitted.Select(Line).Order());

        static string Line(string[] cells) => string.Join(" | ", cells);
    }

    [Fact]
    public void The_page_lists_exactly_the_meters_and_the_span_names_of_the_others()
    {
        var page = DocPage.Get("docs/telemetry.md");

        Assert.Equal(
            page.RowsUnder("### Other instruments").Select(row => row[0].Trim('`')).Order(),
            estate.Receiver.Metrics.Select(x => x.Meter).Distinct()
                .Where(x => !x.StartsWith("FetchEtl.", StringComparison.Ordinal)).Order());
        Assert.Equal(
            page.RowsUnder("## Spans").Select(row => row[0].Trim('`')).Order(),
            estate.Receiver.Spans.Select(x => x.Name).Distinct().Order());
    }

    [Theory]
    [InlineData(TelemetryEstate.TraceLink)]
    [InlineData(TelemetryEstate.XRayLink)]
    public void A_producers_span_is_a_link_of_the_messages_span_and_of_its_commit(string link)
    {
        var process = Assert.Single(
            estate.Receiver.Spans, x => x.Name == "process login-queue" && x.Links.Contains(link));
        Assert.Equal(
            ("aws_sqs", "process", "process", "login-queue", "127.0.0.1"),
            (process.Tags["messaging.system"], process.Tags["messaging.operation.name"],
                process.Tags["messaging.operation.type"], process.Tags["messaging.destination.name"],
                process.Tags["server.address"]));
        Assert.True(Guid.TryParse(process.Tags["messaging.message.id"], out _));

        var commit = Assert.Single(
            estate.Receiver.Spans, x => x.Name == "INSERT user_logins" && x.Links.Contains(link));
        Assert.Empty(commit.ParentId);
        Assert.Contains(commit.Links, x => x.StartsWith(process.TraceId, StringComparison.Ordinal));
        Assert.Equal("postgresql", commit.Tags["db.system.name"]);
        Assert.Equal("user_logins", commit.Tags["db.collection.name"]);
    }

    [Fact]
    public void A_dead_letter_is_counted_by_the_first_broken_rule()
    {
        var dead = estate.Receiver.Metrics.Last(x => x.Name == "fetchetl.sqs.dead_lettered");

        var (attributes, value) = Assert.Single(dead.Points);
        Assert.Equal(("user_id.required", 1), (attributes["fetchetl.rule"], value));
        Assert.Equal(2, estate.Receiver.Metrics.Last(x => x.Name == "fetchetl.logins.unknown_keys").Points[0].Value);
    }

    [Fact]
    public void The_resource_has_the_name_and_the_attributes_of_the_environment()
    {
        var resource = estate.Receiver.Resource;

        Assert.Equal("logins-test", resource["service.name"]);
        Assert.Equal("test", resource["deployment.environment.name"]);
        Assert.NotEmpty(resource["service.version"]);
    }

    [Fact]
    public void No_export_holds_a_value_of_a_message_or_a_secret()
    {
        string[] secrets = [TelemetryEstate.Canary, "203.0.113.77", "Password", "vendor="];

        Assert.All(secrets, secret =>
        {
            Assert.DoesNotContain(secret, estate.Receiver.Everything, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(secret, estate.Scrape, StringComparison.OrdinalIgnoreCase);
        });
    }

    [PrometheusFact]
    public async Task Prometheus_scrapes_the_service_and_promtool_finds_no_fault_with_the_metrics()
    {
        Assert.Equal((0, string.Empty), await PrometheusTools.CheckMetricsAsync(estate.Scrape));

        await using var prometheus = await PrometheusTools.StartAsync(estate.Web);
        await AnswersAsync("fetchetl_logins_written_total", "3");
        await AnswersAsync("fetchetl_sqs_dead_lettered_total{fetchetl_rule=\"user_id.required\"}", "1");
        await AnswersAsync("up", "1");

        // A scrape that takes longer than its interval leaves a gap.
        Task AnswersAsync(string query, string value) =>
            Estate.UntilAsync(async () => await prometheus.QueryAsync(query) == value);
    }
}

using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using FetchEtl.Logins;
using FetchEtl.Service;
using FetchEtl.Sqs;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Checks that the alerts, the dashboard and the runbook name metrics that the service has, and units that they have.
/// </summary>
public sealed partial class MetricNamesTests
{
    private static readonly string[] Labels =
    [
        "messaging_destination_name", "messaging_operation_name", "messaging_operation_type", "messaging_system",
        "fetchetl_rule", "fetchetl_wrapper", "fetchetl_state",
    ];

    [Fact]
    public void Every_metric_in_a_file_of_deploy_and_in_the_runbook_exists()
    {
        var emitted = Instruments().SelectMany(SeriesOf).ToHashSet(StringComparer.Ordinal);

        var named = DeployFiles.WithRunbook
            .SelectMany(file => Metric().Matches(file.Text).Select(x => (file.Name, Metric: x.Value)))
            .Where(x => !Labels.Contains(x.Metric))
            .Distinct()
            .ToList();

        Assert.Contains(named, x => x.Name == AlertRule.File);
        Assert.Contains(named, x => x.Name == DashboardQueries.File);
        var unknown = named.Where(x => !emitted.Contains(x.Metric));
        Assert.Empty(unknown);
    }

    [Fact]
    public void Every_instrument_of_FetchEtl_is_on_the_dashboard()
    {
        var text = DeployFiles.Read(DashboardQueries.File);

        var missing = Instruments().Where(x => x.Meter.Name.StartsWith("FetchEtl.", StringComparison.Ordinal))
            .Where(x => !SeriesOf(x).Any(name => text.Contains(name, StringComparison.Ordinal)))
            .Select(x => x.Name);

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_panel_has_a_unit_and_says_what_it_shows()
    {
        Assert.All(DashboardQueries.Panels, panel =>
        {
            var title = panel.GetProperty("title").GetString();
            var isHeatmap = panel.GetProperty("type").GetString() == "heatmap";
            var unit = isHeatmap
                ? panel.GetProperty("options").GetProperty("yAxis").GetProperty("unit").GetString()
                : panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString();
            var showsSeconds = panel.GetProperty("targets")[0].GetProperty("expr").GetString()!
                is var query && query.Contains("_seconds", StringComparison.Ordinal)
                && !query.Contains("_seconds_count", StringComparison.Ordinal);

            Assert.True(!string.IsNullOrEmpty(unit), title);
            Assert.True(showsSeconds == (unit == "s"), title);
            Assert.True(panel.GetProperty("description").GetString()!.Length > 0, title);
        });
    }

    /// <summary>The instruments that the service and Npgsql create. All tests of this process share Npgsql's.</summary>
    private static IReadOnlyCollection<Instrument> Instruments()
    {
        var instruments = new Dictionary<string, Instrument>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name.StartsWith("FetchEtl.", StringComparison.Ordinal)
                    || instrument.Meter.Name == "Npgsql")
                {
                    lock (instruments)
                    {
                        instruments[instrument.Name] = instrument;
                    }
                }
            },
        };
        listener.Start();
        using var host = ServiceHost.CreateRun([], new Dictionary<string, string?>
        {
            ["ConnectionStrings:Logins"] = "Host=127.0.0.1;Database=logins;Username=fetch_etl",
            ["Masking:Keys:0"] = TestKeys.First,
            ["Sqs:ServiceUrl"] = "http://127.0.0.1:1",
        }).BuildValidated();
        host.Services.GetRequiredService<SqsMetrics>();
        host.Services.GetRequiredService<LoginMetrics>();
        ActivatorUtilities.CreateInstance<ServiceMetrics>(host.Services);
        using var source = NpgsqlDataSource.Create("Host=127.0.0.1");
        lock (instruments)
        {
            return [.. instruments.Values];
        }
    }

    /// <summary>The names under which OpenTelemetry's Prometheus exporter writes an instrument.</summary>
    private static IEnumerable<string> SeriesOf(Instrument instrument)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        var name = NotInName().Replace(instrument.Name, "_");
        name += instrument.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            // Text in braces says what is counted, and is no unit.
            _ => string.Empty,
        };
        return kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>)
            ? [$"{name}_total"]
            : kind == typeof(Histogram<>) ? [$"{name}_bucket", $"{name}_count", $"{name}_sum"] : [name];
    }

    [GeneratedRegex("(?<![A-Za-z0-9_])(fetchetl|messaging|db_client)_[a-z0-9_]+", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Metric();

    [GeneratedRegex("[^a-zA-Z0-9_]", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex NotInName();
}

using System.CommandLine;
using System.Text;
using FetchEtl.Testing;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The verb <c>record-alerts</c>: runs the service through the faults that the alerts are for, scrapes it as Prometheus
/// does, and writes the recorded series as tests of the alert rules.
/// </summary>
internal static class RecordAlertsCommand
{
    public const string Instance = "fetch-etl:8080";

    private const string Target = $"job=\"fetch-etl\", instance=\"{Instance}\"";

    private const string Head =
        """
        # Recorded by "record-alerts" of tests/FetchEtl.Benchmarks; docs/development.md says how. One scrape each 15 s
        # of the run's clock. At the end of each test the last values are repeated for 65 minutes.
        rule_files:
          - ../alerts.yml

        evaluation_interval: 15s

        tests:

        """;

    private static readonly Option<int> Factor = NumberOption.AtLeastOne(
        "--factor", "How much faster than the system's the run's clock is. A busy machine needs a smaller one.", 30);

    private static readonly Option<FileInfo> Output = new("--output")
    {
        Description = "The file to write. Default: deploy/prometheus/tests/recorded.yml.",
    };

    public static Command Create()
    {
        var command = new Command(
            "record-alerts", "Runs the service through faults and records the series on which the alerts are tested.")
        {
            Factor,
            Output,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(Factor),
            parsed.GetValue(Output)?.FullName
                ?? Path.Combine(RepositoryRoot.Folder, "deploy/prometheus/tests/recorded.yml"),
            cancellationToken));
        return command;
    }

    private static async Task RunAsync(int factor, string output, CancellationToken cancellationToken)
    {
        var rules = await File.ReadAllTextAsync(
            Path.Combine(RepositoryRoot.Folder, "deploy/prometheus/alerts.yml"), cancellationToken);
        var clock = new FastClock(factor);
        var history = new ScrapeHistory();
        var fired = new List<(AlertPhase Phase, int Begun, int Ended)>();
        await using (var estate = await AlertEstate.StartAsync(clock, factor))
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(RecordedTest.IntervalSeconds), clock);
            foreach (var phase in AlertPhases.Of(estate))
            {
                var begun = history.Count;
                Console.WriteLine($"{begun * RecordedTest.IntervalSeconds / 60} min: {phase.Name}");
                await phase.BeginAsync();
                while (history.Count < begun + (phase.Minutes * 60 / RecordedTest.IntervalSeconds))
                {
                    await timer.WaitForNextTickAsync(cancellationToken);
                    history.Add(Read(await estate.ScrapeAsync()));
                }

                fired.Add((phase, begun, history.Count));
                await phase.EndAsync();
            }
        }

        var tests = fired.SelectMany(x => x.Phase.Alerts.Select(
            alert => RecordedTest.Write(rules, history, x.Phase, x.Begun, x.Ended, alert)));
        await File.WriteAllTextAsync(
            output, new StringBuilder(Head).AppendJoin('\n', tests).ToString(), cancellationToken);
        Console.WriteLine($"Written: {Path.GetFileName(output)}. Check it by promtool test rules.");
    }

    private static Dictionary<string, double> Read(string? scrape)
    {
        var samples = Scrape.Read(scrape ?? string.Empty, Target);
        samples[$"up{{{Target}}}"] = scrape is null ? 0 : 1;
        return samples;
    }
}

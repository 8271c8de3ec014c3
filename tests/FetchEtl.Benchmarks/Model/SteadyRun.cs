using System.Net;
using System.Net.Sockets;

namespace FetchEtl.Benchmarks;

/// <summary>What <c>fetch-etl run</c> does at a fixed rate, by its own metrics and PostgreSQL's.</summary>
/// <param name="CallsPerMessage">SQS calls a message.</param>
/// <param name="RowsPerStatement">Rows a statement.</param>
/// <param name="InFlight">Messages that the worker holds, the mean of the run.</param>
internal sealed record SteadyFigures(double CallsPerMessage, double RowsPerStatement, double InFlight);

/// <summary>Sends messages at a fixed rate to a <c>fetch-etl run</c> and scrapes it.</summary>
internal sealed class SteadyRun(MeasuredEstate estate, int rate, TimeSpan duration)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public async Task<SteadyFigures> RunAsync(CancellationToken cancellationToken)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var settings = new Dictionary<string, string>(estate.Settings) { ["Service__Urls"] = $"{url}" };
        await using var worker = MeasuredProcess.StartService(settings, "run");
        using var http = new HttpClient { BaseAddress = url };
        var sender = new SteadySender(estate.Client, estate.QueueUrl, rate);
        await sender.SendAsync(WarmUp, seed: 11, cancellationToken);
        await estate.WaitForEmptyQueueAsync(worker, cancellationToken);

        var before = await ScrapeAsync(http, cancellationToken);
        var held = new List<double>();
        var sending = sender.SendAsync(duration, seed: 12, cancellationToken);
        while (!sending.IsCompleted)
        {
            held.Add(Sum(await ScrapeAsync(http, cancellationToken), "fetchetl_sqs_in_flight{"));
            await Task.Delay(Interval, cancellationToken);
        }

        await sending;
        await estate.WaitForEmptyQueueAsync(worker, cancellationToken);
        var after = await ScrapeAsync(http, cancellationToken);
        var rows = Grown("fetchetl_logins_batch_size_sum{");
        return new SteadyFigures(
            Grown("fetchetl_sqs_api_calls_total{") / rows,
            rows / Grown("fetchetl_logins_batch_size_count{"),
            held.Average());

        double Grown(string series) => Sum(after, series) - Sum(before, series);
    }

    private static double Sum(Dictionary<string, double> samples, string series) =>
        samples.Where(x => x.Key.StartsWith(series, StringComparison.Ordinal)).Sum(x => x.Value);

    private static async Task<Dictionary<string, double>> ScrapeAsync(
        HttpClient http, CancellationToken cancellationToken)
    {
        var text = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancellationToken);
        return Scrape.Read(text, "job=\"model\"");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

using System.Diagnostics.Metrics;

namespace FetchEtl.Logins;

/// <summary>The meter <c>FetchEtl.Logins</c>.</summary>
internal sealed class LoginMetrics
{
    public const string MeterName = "FetchEtl.Logins";

    private readonly Counter<long> _written;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _rejected;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _duration;

    public LoginMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _written = meter.CreateCounter<long>("fetchetl.logins.written", "{row}", "Committed rows");
        _duplicates = meter.CreateCounter<long>(
            "fetchetl.logins.duplicates", "{row}", "Rows whose message id the table already held");
        _rejected = meter.CreateCounter<long>(
            "fetchetl.logins.rejected", "{row}", "Rows that PostgreSQL rejected for their data");
        _batchSize = meter.CreateHistogram<int>("fetchetl.logins.batch_size", "{row}", "Rows per committed statement");
        _duration = meter.CreateHistogram<double>(
            "fetchetl.logins.write_duration", "s", "Time to commit a batch, retries included");
    }

    public void Written(int rows, int inserted, TimeSpan duration)
    {
        _written.Add(inserted);
        if (inserted < rows)
        {
            _duplicates.Add(rows - inserted);
        }

        _batchSize.Record(rows);
        _duration.Record(duration.TotalSeconds);
    }

    public void Rejected() => _rejected.Add(1);
}

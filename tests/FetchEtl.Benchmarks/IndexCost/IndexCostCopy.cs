using System.Diagnostics;
using System.Globalization;
using FetchEtl.Logins;
using FetchEtl.Maintenance;
using Npgsql;

namespace FetchEtl.Benchmarks;

/// <summary>A copy of <c>user_logins</c> with some of the indexes for analysts, and what its batches took.</summary>
internal sealed class IndexCostCopy : IAsyncDisposable
{
    private readonly string _name;
    private readonly NpgsqlDataSource _database;
    private readonly LoginDataSource _source;
    private readonly List<double> _milliseconds = [];
    private readonly List<double> _logBytes = [];

    private IndexCostCopy(string name, NpgsqlDataSource database)
    {
        _name = name;
        _database = database;
        _source = new LoginDataSource(database);
    }

    private int Tenth => Math.Max(1, _milliseconds.Count / 10);

    /// <summary>Copies the database and creates the indexes.</summary>
    /// <param name="source">The database to copy, without a session.</param>
    /// <param name="name">What the output calls the copy.</param>
    /// <param name="indexes">The indexes.</param>
    /// <param name="cancellationToken">Ends the statement under way.</param>
    public static async Task<IndexCostCopy> CreateAsync(
        NpgsqlConnectionStringBuilder source,
        string name,
        IReadOnlyList<AnalystIndex> indexes,
        CancellationToken cancellationToken)
    {
        var copy = new NpgsqlConnectionStringBuilder(source.ConnectionString) { Database = $"copy_{Guid.NewGuid():N}" };
        var server = new NpgsqlConnectionStringBuilder(source.ConnectionString) { Database = "postgres" };
        await using (var admin = NpgsqlDataSource.Create(server))
        await using (var command = admin.CreateCommand($"CREATE DATABASE {copy.Database} TEMPLATE {source.Database}"))
        {
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var made = new IndexCostCopy(name, NpgsqlDataSource.Create(copy));
        try
        {
            await made.CreateAsync(indexes, cancellationToken);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Inserts a batch, and notes its time and the log that it wrote.</summary>
    public async Task InsertAsync(IReadOnlyList<UserLogin> batch, CancellationToken cancellationToken)
    {
        var logBefore = await WrittenBytes.OfLogAsync(_database, cancellationToken);
        await using var session = _source.Create();
        var start = Stopwatch.GetTimestamp();
        var written = await session.InsertAsync(batch, cancellationToken);
        _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        _logBytes.Add(await WrittenBytes.OfLogAsync(_database, cancellationToken) - logBefore);
        if (written != batch.Count)
        {
            throw new MeasurementException($"{_name}: {written} of {batch.Count} rows are new.");
        }
    }

    /// <summary>Prints the medians of the first and of the last tenth of the batches as a row of a table.</summary>
    /// <param name="bare">The table without further indexes.</param>
    public void Write(IndexCostCopy bare) => Console.WriteLine(
        $"| {_name} | {Figures(bare, Range.EndAt(Tenth))} | {Figures(bare, Range.StartAt(^Tenth))} |");

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private async Task CreateAsync(IReadOnlyList<AnalystIndex> indexes, CancellationToken cancellationToken)
    {
        await using var session = _source.Create();
        await new AnalystIndexes(session, TimeProvider.System, waits: null)
            .CreateAsync(indexes, static (_, _, _) => { }, cancellationToken);
    }

    private string Figures(IndexCostCopy bare, Range part)
    {
        var milliseconds = Benchmarks.Median.Of(_milliseconds[part]);
        var speed = Benchmarks.Median.Of(bare._milliseconds[part]) / milliseconds;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{milliseconds:N1} | {speed:N2} | {Benchmarks.Median.Of(_logBytes[part]) / 1e3:N0} kB");
    }
}

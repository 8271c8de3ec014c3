using System.Globalization;
using Npgsql;

namespace FetchEtl.Migrations;

/// <summary>
/// Reports every half minute how far the build of an index is, as PostgreSQL says it to a second connection, with the
/// time left of a phase that counts its blocks or rows. Without a second connection it reports nothing.
/// </summary>
/// <param name="connection">The connection that builds.</param>
/// <param name="report">Receives sentences.</param>
/// <param name="time">The clock.</param>
internal sealed class IndexProgress(NpgsqlConnection connection, Action<string> report, TimeProvider time)
{
    private const string Sql =
        """
        SELECT phase::text,
            CASE WHEN tuples_total > 0 THEN tuples_done ELSE blocks_done END,
            CASE WHEN tuples_total > 0 THEN tuples_total ELSE blocks_total END,
            lockers_total - lockers_done
        FROM pg_catalog.pg_stat_progress_create_index WHERE pid = @pid
        """;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private IndexPhase? _began;
    private long _beganAt;

    /// <summary>Runs a build and reports its progress.</summary>
    public async Task RunAsync(Func<Task> build, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reporting = ReportAsync(connection.ProcessID, ending.Token);
        try
        {
            await build();
        }
        finally
        {
            await ending.CancelAsync();
            await reporting;
        }
    }

    /// <summary>What is said of a phase.</summary>
    /// <param name="now">The phase.</param>
    /// <param name="began">What was done of it when it was seen first.</param>
    /// <param name="elapsed">The time since then.</param>
    internal static string Describe(IndexPhase now, IndexPhase began, TimeSpan elapsed)
    {
        var text = now switch
        {
            { Total: > 0 } => string.Create(
                CultureInfo.InvariantCulture, $"{now.Name}, {100 * now.Done / now.Total} %"),
            { Lockers: > 0 } => string.Create(CultureInfo.InvariantCulture, $"{now.Name}, {now.Lockers} left"),
            _ => now.Name,
        };
        var rate = (now.Done - began.Done) / elapsed.TotalSeconds;
        return now.Total > 0 && rate > 0
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{text}, about {Math.Ceiling((now.Total - now.Done) / rate / 60):N0} min left of this phase")
            : text;
    }

    private async Task ReportAsync(int builder, CancellationToken cancellationToken)
    {
        try
        {
            // The clone has the password, which the open connection's own text has not.
            await using var second = (NpgsqlConnection)((ICloneable)connection).Clone();
            using var timer = new PeriodicTimer(Interval, time);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (second.State != System.Data.ConnectionState.Open)
                {
                    await second.OpenAsync(cancellationToken);
                }

                if (await ReadAsync(second, builder, cancellationToken) is { } phase)
                {
                    report($"Building the index: {DescribeNow(phase)}.");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The build has ended.
        }
        catch (NpgsqlException)
        {
            // No second connection is left, or it broke. The build goes on without reports.
        }
    }

    private string DescribeNow(IndexPhase phase)
    {
        if (_began?.Name != phase.Name)
        {
            (_began, _beganAt) = (phase, time.GetTimestamp());
        }

        return Describe(phase, _began, time.GetElapsedTime(_beganAt));
    }

    private static async Task<IndexPhase?> ReadAsync(
        NpgsqlConnection connection, int builder, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.Add(new NpgsqlParameter<int>("pid", builder));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new IndexPhase(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3))
            : null;
    }
}

/// <summary>A phase of the build of an index.</summary>
/// <param name="Name">PostgreSQL's name of it.</param>
/// <param name="Done">Blocks or rows that are done.</param>
/// <param name="Total">All of them; 0 where the phase counts none.</param>
/// <param name="Lockers">The transactions that it still waits for.</param>
internal sealed record IndexPhase(string Name, long Done, long Total, long Lockers);

using FetchEtl.Logins;
using FetchEtl.Maintenance;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Service.Tests;

/// <summary>What the verbs say of a stop, and what they ask before rows go.</summary>
public sealed class PartitionStopTests : IAsyncLifetime
{
    private PostgresDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(_database.ConnectionString);
        await ExecuteAsync(
            "INSERT INTO user_logins (user_id, create_date) VALUES ('a', '2020-01-05'), ('b', '2020-02-05')");
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_conversion_under_way_is_named_by_each_verb_with_how_to_continue_it()
    {
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ConvertAsync(PartitionInterval.Day, stop));

        var partitions = await RunAsync("partitions");
        Assert.Equal(1, partitions.ExitCode);
        Assert.Contains(
            "A conversion of user_logins to partitions is under way: 'fetch-etl migrate --partition-by day' continues",
            partitions.Errors,
            StringComparison.Ordinal);

        var (_, connection) = await _database.CreateRoleAsync("INSERT, SELECT (message_id) ON user_logins");
        var report = await DoctorEstate.RunAsync(new()
        {
            ["ConnectionStrings:Logins"] = connection,
            ["Sqs:ServiceUrl"] = "http://127.0.0.1:1",
            ["AWS:MaxErrorRetry"] = "0",
        });
        var warning = Assert.Single(
            report.Sections.SelectMany(section => section.Findings),
            finding => finding.Check == Checks.Table && finding.Status == CheckStatus.Warning);
        Assert.Contains("'fetch-etl migrate --partition-by day'", warning.Remedy, StringComparison.Ordinal);

        var other = await RunAsync("migrate --partition-by month");
        Assert.Contains(
            "A conversion is under way by day already, and FetchEtl cannot change that to month: run 'fetch-etl "
            + "migrate --partition-by day' to continue it, or with none to give it up.",
            other.Errors,
            StringComparison.Ordinal);
        var asked = await RunAsync("migrate --partition-by day --drop-old");
        Assert.Contains("add --yes where you are sure. The old table is kept.", asked.Errors, StringComparison.Ordinal);
        Assert.Contains("is under way", (await RunAsync("migrate")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_old_table_is_dropped_only_after_a_yes_that_knows_which_rows_are_in_it_alone()
    {
        var plan = await RunAsync("migrate --partition-by day");
        Assert.Equal(1, plan.ExitCode);
        Assert.Contains("about twice that for the write-ahead log.", plan.Output, StringComparison.Ordinal);
        Assert.All(
            plan.Output[plan.Output.IndexOf("user_logins has", StringComparison.Ordinal)..].Split('\n'),
            line => Assert.InRange(line.Length, 0, 100));
        await ConvertAsync(PartitionInterval.Day, stop: null);
        await ExecuteAsync("DELETE FROM user_logins WHERE user_id = 'a'");

        var month = await RunAsync("migrate --partition-by month");
        Assert.EndsWith(
            "user_logins is partitioned by day already, and FetchEtl cannot change that to month.\n", month.Errors);
        var asked = await RunAsync("migrate --drop-old");
        Assert.Equal(1, asked.ExitCode);
        Assert.Contains("add --yes where you are sure. The old table is kept.", asked.Errors, StringComparison.Ordinal);
        Assert.Contains("user_logins_unpartitioned has 2 rows, ", asked.Output, StringComparison.Ordinal);
        Assert.Contains("user_logins has 1 row fewer than the old table.", asked.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("was dropped", asked.Output, StringComparison.Ordinal);

        var sure = await RunAsync("migrate --drop-old --yes");
        Assert.Equal(0, sure.ExitCode);
        Assert.Contains("user_logins_unpartitioned was dropped.", sure.Output, StringComparison.Ordinal);
        var again = await RunAsync("migrate --drop-old");
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("There is no user_logins_unpartitioned to drop.", again.Output, StringComparison.Ordinal);
    }

    /// <summary>A stop between two partitions named none of those that were gone.</summary>
    [Fact]
    public async Task Retention_that_is_stopped_has_named_each_partition_and_counts_them_in_its_last_line()
    {
        await ConvertAsync(PartitionInterval.Month, stop: null);
        await using var context = DatabaseSetting.Open([$"--ConnectionStrings:Logins={_database.ConnectionString}"]);
        var run = new PartitionsRun(context, TimeProvider.System);
        Assert.True(RetentionPeriod.TryParse("60months", out var keep));
        var prepared = await run.PrepareAsync(keep, ahead: 2, drops: true, isDryRun: false, CancellationToken.None);

        using var stop = new CancellationTokenSource();
        var named = new List<string>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.RemoveAsync(
            prepared,
            drops: true,
            "a test",
            removed =>
            {
                named.Add(removed.Partition.Name);
                stop.Cancel();
            },
            isQuiet: true,
            stop.Token));

        Assert.Equal(["user_logins_p2020_01"], named);
        Assert.StartsWith(
            $"stopped: 1 of 2 partitions dropped, {prepared.Created.Count} created. Run 'fetch-etl partitions' again",
            run.AtStop(drops: true),
            StringComparison.Ordinal);
        var rest = await RunAsync("partitions --ahead 3 --keep 60months --yes");
        Assert.Matches(@"(?s)^Created: .*\nDropped: user_logins_p2020_02, 1 row, .*\nKept: ", rest.Output);
    }

    private Task<ConsoleCapture> RunAsync(string line) => ConsoleCapture.RunAsync(
        [.. line.Split(' '), $"--ConnectionStrings:Logins={_database.ConnectionString}"]);

    private async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task ConvertAsync(PartitionInterval interval, CancellationTokenSource? stop)
    {
        await using var conversion = await PartitionConversion.OpenAsync(
            _database.ConnectionString, static _ => { }, TimeProvider.System);
        await conversion.RunAsync(interval, new StopAtFirst(stop), stop?.Token ?? CancellationToken.None);
    }

    private sealed class StopAtFirst(CancellationTokenSource? stop) : IProgress<PartitionProgress>
    {
        public void Report(PartitionProgress value) => stop?.Cancel();
    }
}

using System.Text.Json;
using FetchEtl.Logins;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Service.Tests;

/// <summary>The verbs <c>partitions</c> and <c>indexes</c>, as they are typed.</summary>
public sealed class PartitionVerbsTests
{
    [Theory]
    [InlineData("partitions --keep 13", "--keep must be 1d to 36500d, or 1month to 1200months, such as 400d")]
    [InlineData("partitions --ahead 401", "--ahead must be 0 to 400, is 401.")]
    [InlineData("partitions --detach-only", "--detach-only needs --keep")]
    [InlineData("indexes --columns masked_ip,locale", "no index on 'locale': the columns are masked_ip, masked_device")]
    public async Task A_command_line_that_cannot_be_run_is_refused_with_what_it_needs(string line, string problem)
    {
        var run = await ConsoleCapture.RunAsync(line);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(problem, run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Retention_drops_nothing_by_surprise_and_says_what_it_did_and_what_it_left()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(database.ConnectionString);

        var plain = await RunAsync("partitions");
        Assert.Equal(1, plain.ExitCode);
        Assert.Contains("'fetch-etl migrate --partition-by month', or day,", plain.Errors, StringComparison.Ordinal);

        await using (var conversion = await PartitionConversion.OpenAsync(
            database.ConnectionString, static _ => { }, TimeProvider.System))
        {
            await conversion.RunAsync(PartitionInterval.Month, new Progress<PartitionProgress>());
        }

        // Long ago, so that the day of the test does not matter.
        await ExecuteAsync(
            """
            SELECT user_logins_add_partition('2020-01-01');
            INSERT INTO user_logins (user_id, create_date) VALUES ('u', '2020-01-05'), ('u', '2020-01-06'), ('u', NULL)
            """);
        var created = await RunAsync("partitions --ahead 3");
        Assert.Equal((0, string.Empty), (created.ExitCode, created.Errors));
        Assert.Contains("Created: user_logins_p", created.Output, StringComparison.Ordinal);
        Assert.Contains("Without a date, never removed: user_logins_undated", created.Output, StringComparison.Ordinal);

        var dry = await RunAsync("partitions --ahead 1 --keep 60months --dry-run");
        Assert.Equal(0, dry.ExitCode);
        Assert.Contains(
            "  user_logins_p2020_01 (2020-01-01 to before 2020-02-01)", dry.Output, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was changed.\n", dry.Output, StringComparison.Ordinal);
        Assert.Contains(
            "warning: user_logins_unpartitioned still holds the rows", dry.Errors, StringComparison.Ordinal);
        var asked = await RunAsync("partitions --keep 60months");
        Assert.Equal(1, asked.ExitCode);
        Assert.Contains("add --yes where you are sure. Nothing was dropped.", asked.Errors, StringComparison.Ordinal);
        Assert.Equal(3, await CountAsync());

        var dropped = await RunAsync("partitions --ahead 1 --keep 60months --yes --json");
        Assert.Equal(0, dropped.ExitCode);
        Assert.Contains("fetch-etl: Dropped: user_logins_p2020_01, 2 rows,", dropped.Errors, StringComparison.Ordinal);
        var document = JsonDocument.Parse(dropped.Output).RootElement;
        var removed = Assert.Single(document.GetProperty("removed").EnumerateArray());
        Assert.Equal("user_logins_p2020_01", removed.GetProperty("name").GetString());
        Assert.Equal(2, removed.GetProperty("rows").GetInt64());
        Assert.True(removed.GetProperty("dropped").GetBoolean());
        Assert.Equal(1, await CountAsync());

        // The current partition stays, whatever is kept.
        var least = await RunAsync("partitions --ahead 0 --keep 1d --yes");
        Assert.Contains("warning: --keep 1d is less than 28 days", least.Errors, StringComparison.Ordinal);
        await ExecuteAsync("INSERT INTO user_logins (create_date) VALUES ((now() AT TIME ZONE 'UTC')::date)");

        Task<ConsoleCapture> RunAsync(string line) => ConsoleCapture.RunAsync(
            [.. line.Split(' '), $"--ConnectionStrings:Logins={database.ConnectionString}"]);

        async Task ExecuteAsync(string sql)
        {
            await using var source = NpgsqlDataSource.Create(database.ConnectionString);
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        async Task<long> CountAsync()
        {
            await using var source = NpgsqlDataSource.Create(database.ConnectionString);
            await using var command = source.CreateCommand("SELECT count(*) FROM user_logins");
            return (long)(await command.ExecuteScalarAsync())!;
        }
    }

    [Fact]
    public async Task Indexes_are_shown_created_and_dropped()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(database.ConnectionString);

        Assert.Contains(
            "(create_date; brin): there is none.", await OutputAsync("--dry-run"), StringComparison.Ordinal);
        Assert.Contains(
            "ix_user_logins_masked_ip (masked_ip, create_date; btree): complete, 8.2 kB.",
            await OutputAsync("--columns masked_ip,user_id"),
            StringComparison.Ordinal);
        var document = JsonDocument.Parse(await OutputAsync("--dry-run --json")).RootElement;
        Assert.Equal(
            [true, false, true, false], document.EnumerateArray().Select(x => x.GetProperty("valid").GetBoolean()));
        Assert.DoesNotContain("complete", await OutputAsync("--drop"), StringComparison.Ordinal);

        async Task<string> OutputAsync(string options)
        {
            var run = await ConsoleCapture.RunAsync(
                ["indexes", .. options.Split(' '), $"--ConnectionStrings:Logins={database.ConnectionString}"]);
            Assert.Equal((0, string.Empty), (run.ExitCode, run.Errors));
            return run.Output;
        }
    }
}

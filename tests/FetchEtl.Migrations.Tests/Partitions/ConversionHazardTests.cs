using System.Data;
using FetchEtl.Logins;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Migrations.Tests;

/// <summary>What goes wrong late, or silently.</summary>
public sealed class ConversionHazardTests : IAsyncLifetime
{
    private readonly Reports _reports = new();
    private readonly SteppedTime _time = new();
    private PostgresDatabase _database = null!;

    private string Connection => _database.ConnectionString;

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        _time.SetUtcNow(new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));
        await LoginMigrations.MigrateAsync(Connection);
        await TestDatabase.ExecuteAsync(
            Connection,
            """
            INSERT INTO user_logins (user_id, create_date, message_id)
            SELECT 'u' || n, '2026-11-20', gen_random_uuid() FROM generate_series(1, 10) n
            """);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    /// <summary>Hazard: none of the rows is seen, none is copied, and both are found equal.</summary>
    [Fact]
    public async Task Rows_that_a_policy_hides_from_the_owner_forbid_a_conversion_and_stop_one()
    {
        var (owner, asOwner) = await _database.CreateRoleAsync("CREATE ON SCHEMA public");
        await TestDatabase.ExecuteAsync(
            Connection,
            $"""
            ALTER TABLE user_logins OWNER TO {owner};
            ALTER VIEW user_logins_readable OWNER TO {owner};
            ALTER TABLE user_logins ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY
            """);
        await using (var conversion = await PartitionConversion.OpenAsync(asOwner, _reports.Add, _time))
        {
            var obstacle = await Assert.ThrowsAsync<LoginMigrationException>(
                () => conversion.PlanAsync(PartitionInterval.Month));
            Assert.Contains($"hides rows of user_logins from the role {owner}", obstacle.Message);
        }

        var refusal = await Assert.ThrowsAsync<PostgresException>(
            () => Conversions.RunAsync(asOwner, PartitionInterval.Month, _reports, _time));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        Assert.Equal(["10"], await TestDatabase.ReadAsync(Connection, "SELECT count(*) FROM user_logins"));

        await TestDatabase.ExecuteAsync(Connection, "ALTER TABLE user_logins NO FORCE ROW LEVEL SECURITY");
        await Conversions.RunAsync(asOwner, PartitionInterval.Month, _reports, _time);
        Assert.Equal(
            ["10|p"],
            await TestDatabase.ReadAsync(
                Connection,
                "SELECT count(*), (SELECT relkind FROM pg_class WHERE relname = 'user_logins') FROM user_logins"));
    }

    [Fact]
    public async Task What_would_fail_after_hours_is_an_obstacle_before_anything_changes()
    {
        var (owner, asOwner) = await _database.CreateRoleAsync("CREATE ON SCHEMA public");
        var (analyst, _) = await _database.CreateRoleAsync("CREATE ON SCHEMA public");
        await TestDatabase.ExecuteAsync(
            Connection,
            $"""
            ALTER TABLE user_logins OWNER TO {owner};
            CREATE VIEW foreign_view AS SELECT user_id FROM user_logins;
            ALTER VIEW foreign_view OWNER TO {analyst};
            CREATE VIEW whole_rows AS SELECT u AS login FROM user_logins u;
            ALTER TABLE user_logins ADD CONSTRAINT old_ones CHECK (user_id <> 'u1') NOT VALID,
                ADD CONSTRAINT alone CHECK (user_id <> '') NO INHERIT;
            CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER each_row AFTER INSERT ON user_logins REFERENCING NEW TABLE AS n
                FOR EACH ROW EXECUTE FUNCTION look();
            CREATE PUBLICATION everything FOR ALL TABLES
            """);
        await using var conversion = await PartitionConversion.OpenAsync(asOwner, _reports.Add, _time);

        var error = await Assert.ThrowsAsync<LoginMigrationException>(
            () => conversion.PlanAsync(PartitionInterval.Month));

        Assert.All(
            ["view foreign_view", "column login of view whole_rows", "check old_ones", "check alone",
                "trigger each_row", "publication everything", "view user_logins_readable"],
            named => Assert.Contains(named, error.Message));
        Assert.Equal((PartitionState.Plain, null), await conversion.ReadStateAsync());
    }

    /// <summary>Hazard: other sessions wait for the table while the switch waits for a reader of a partition.</summary>
    [Fact]
    public async Task The_switch_does_not_wait_for_a_reader_of_a_partition()
    {
        await Conversions.StopAfterCopyAsync(Connection, _reports, _time);
        await using var reader = await Analyst.BeginAsync(Connection, "SELECT count(*) FROM user_logins_p2026_11");

        await Conversions.RunAsync(Connection, PartitionInterval.Month, _reports, _time)
            .WaitAsync(TestDatabase.Limit);
    }

    /// <summary>Hazard: other sessions wait for the table while the copy waits for its reader.</summary>
    [Fact]
    public async Task Writers_do_not_wait_while_giving_up_waits_for_a_reader_of_the_copy()
    {
        await Conversions.StopAfterCopyAsync(Connection, _reports, _time);
        await using var conversion = await PartitionConversion.OpenAsync(Connection, _reports.Add, _time);
        var reader = await Analyst.BeginAsync(Connection, "SELECT count(*) FROM user_logins_partitioned");
        var givingUp = conversion.GiveUpAsync();
        var passing = _time.PassUntilAsync(givingUp);
        while (!givingUp.IsCompleted && await TestDatabase.ReadAsync(
            Connection,
            "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = to_regclass('user_logins_partitioned')") is [])
        {
            await Task.Delay(10);
        }

        var held = await Record.ExceptionAsync(() => TestDatabase.ExecuteAsync(
            Connection, "SET lock_timeout = '100ms'; INSERT INTO user_logins (user_id) VALUES ('meanwhile')"));
        await reader.DisposeAsync();
        await passing;
        Assert.True(await givingUp);
        Assert.Null(held);
        Assert.Equal(["11"], await TestDatabase.ReadAsync(Connection, "SELECT count(*) FROM user_logins"));
        Assert.Equal((PartitionState.Plain, null), await conversion.ReadStateAsync());
    }

    /// <summary>Hazard: the rows that came after the kill are missing in the copy, which takes the name.</summary>
    [Fact]
    public async Task A_conversion_whose_giving_up_was_killed_is_not_continued_and_can_be_given_up()
    {
        await Conversions.StopAfterCopyAsync(Connection, _reports, _time);
        await using (var killed = await OpenAsync(sql =>
        {
            if (sql.StartsWith("DROP TABLE", StringComparison.Ordinal))
            {
                throw new TimeoutException();
            }
        }))
        {
            await Assert.ThrowsAsync<TimeoutException>(() => killed.GiveUpAsync());
        }

        await TestDatabase.ExecuteAsync(Connection, "INSERT INTO user_logins (user_id) VALUES ('meanwhile')");
        var refused = await Assert.ThrowsAsync<LoginMigrationException>(
            () => Conversions.RunAsync(Connection, PartitionInterval.Month, _reports, _time));
        Assert.Contains("the trigger user_logins_conversion_mirror", refused.Message);
        Assert.Contains("'fetch-etl migrate --partition-by none'", refused.Message);
        await using var last = await OpenAsync(static _ => { });
        Assert.True(await last.GiveUpAsync());

        Assert.Equal(["11"], await TestDatabase.ReadAsync(Connection, "SELECT count(*) FROM user_logins"));
        Assert.Equal((PartitionState.Plain, null), await last.ReadStateAsync());
    }

    /// <summary>Hazard: a producer's clock decides how many partitions there are.</summary>
    [Fact]
    public async Task A_date_far_off_gets_a_partition_only_where_a_row_has_it_already_or_an_operator_says_so()
    {
        await TestDatabase.ExecuteAsync(Connection, "UPDATE user_logins SET create_date = '2999-01-01'");
        await Conversions.RunAsync(Connection, PartitionInterval.Month, _reports, _time);

        await AddAsync("current_date + 366");
        await AddAsync("'1970-01-01'");
        foreach (var date in new[] { "current_date + 400", "'1969-11-30'" })
        {
            var error = await Assert.ThrowsAsync<PostgresException>(() => AddAsync(date));
            Assert.Equal(PostgresErrorCodes.DatetimeFieldOverflow, error.SqlState);
            Assert.NotEqual(
                [string.Empty], await AddAsync(date, "FROM set_config('fetch_etl.any_date', 'on', true)"));
        }
    }

    /// <summary>Hazard: an old snapshot does not show the partition that another session has added.</summary>
    [Fact]
    public async Task A_session_with_an_old_snapshot_adds_no_second_partition()
    {
        await Conversions.RunAsync(Connection, PartitionInterval.Month, _reports, _time);
        await using var connection = new NpgsqlConnection(Connection);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_class", connection);
        await command.ExecuteScalarAsync();
        await AddAsync("'2001-07-01'");

        command.CommandText = "SELECT user_logins_add_partition('2001-07-31')";
        Assert.Equal(DBNull.Value, await command.ExecuteScalarAsync());
        await transaction.CommitAsync();

        Assert.Equal(
            ["user_logins_p2001_07"],
            await TestDatabase.ReadAsync(
                Connection,
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'user\\_logins\\_p2001%'"));
    }

    private Task<string[]> AddAsync(string date, string from = "") =>
        TestDatabase.ReadAsync(Connection, $"SELECT user_logins_add_partition({date}) {from}");

    private Task<PartitionConversion> OpenAsync(Action<string> beforeStatement) => PartitionConversion.OpenAsync(
        Connection,
        _reports.Add,
        _time,
        PartitionConversion.DefaultBatchBlocks,
        beforeStatement,
        CancellationToken.None);
}

using FetchEtl.Testing;
using Npgsql;
using Xunit.Abstractions;

namespace FetchEtl.Migrations.Tests;

/// <summary>Tables with rows, adopted while others read and write them.</summary>
public sealed class OnlineAdoptionTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Rows = 5_000;
    private const string ReadTheTable = "SELECT count(*) FROM user_logins";
    private const string FileOfTheTable = "SELECT pg_relation_filenode('user_logins')";
    private const string ReadSomethingElse = "SELECT count(*) FROM pg_class";

    private readonly Reports _reports = new();
    private readonly SteppedTime _time = new();
    private PostgresDatabase _database = null!;

    private string Connection => _database.ConnectionString;

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        await TestDatabase.ExecuteAsync(Connection, TestDatabase.OriginalTable);
        await TestDatabase.ExecuteAsync(
            Connection,
            $"""
            INSERT INTO user_logins
            SELECT 'u' || n, 'ios', 'm', 'd', NULL, 2003000, '2026-01-02' FROM generate_series(1, {Rows}) n
            """);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_writer_waits_no_longer_than_the_lock_timeout_while_analysts_hold_locks_and_snapshots()
    {
        var file = await TestDatabase.ReadAsync(Connection, FileOfTheTable);
        await using var writer = await SteadyWriter.StartAsync(Connection);
        await using var reader = await Analyst.BeginAsync(Connection, ReadTheTable);
        await using var elsewhere = await Analyst.BeginAsync(Connection, ReadSomethingElse);

        var migrating = MigrateAsync();

        // ALTER TABLE cannot get its lock, and lets the writer through between its attempts. The writer, which waits
        // too, can be named beside the analyst.
        foreach (var seconds in new[] { 1, 2, 4 })
        {
            Assert.Contains(
                $"{reader.ProcessId}", Reports.Holders(await _reports.WaitForAsync("was not free within 2 s")));
            Assert.Equal(TimeSpan.FromSeconds(seconds), await _time.NextPauseAsync());
            await writer.WaitForMoreAsync(50);
            if (seconds == 4)
            {
                await reader.EndAsync();
            }

            _time.Advance(TimeSpan.FromSeconds(seconds));
        }

        // The pause of half a minute is that of the build's reports. Before it, another attempt can miss its lock.
        TimeSpan pause;
        while ((pause = await _time.NextPauseAsync()) != TimeSpan.FromSeconds(30))
        {
            _time.Advance(pause);
        }

        // The index build waits for the other analyst, and the writer does not wait for the build.
        await elsewhere.WaitForLongBuildAsync();
        await writer.WaitForMoreAsync(50);
        Assert.Equal(["False"], await TestDatabase.IndexAsync(Connection));

        // Every half minute the build says what it does.
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.StartsWith("Building the index: waiting for ", await _reports.WaitForAsync("Building the index: "));
        await elsewhere.EndAsync();
        await _time.PassUntilAsync(migrating);

        var longest = await writer.StopAsync();
        output.WriteLine($"longest insert {longest.TotalMilliseconds:F0} ms of {writer.Rows}");
        Assert.InRange(longest, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.Equal(["True"], await TestDatabase.IndexAsync(Connection));
        Assert.Equal([$"{Rows + writer.Rows}"], await TestDatabase.ReadAsync(Connection, ReadTheTable));
        Assert.Equal(file, await TestDatabase.ReadAsync(Connection, FileOfTheTable));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_build_that_was_interrupted_starts_again_in_the_next_run(bool cancelled)
    {
        using var cancellation = new CancellationTokenSource();
        await using (var analyst = await Analyst.BeginAsync(Connection, ReadSomethingElse))
        {
            var interrupted = MigrateAsync(cancellation.Token);
            await analyst.WaitForBuildAsync();
            if (cancelled)
            {
                await cancellation.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => interrupted);
            }
            else
            {
                await analyst.TerminateBuildAsync();
                await Assert.ThrowsAsync<PostgresException>(() => interrupted);
            }
        }

        Assert.Equal(["False"], await TestDatabase.IndexAsync(Connection));

        // A session that was terminated may hold its turn until its process has exited.
        await MigrateInRealTimeAsync();

        await _reports.WaitForAsync(
            "Dropping the index ix_user_logins_message_id, which an interrupted build left INVALID.");
        Assert.Equal(["True"], await TestDatabase.IndexAsync(Connection));
        Assert.Equal([$"{Rows}"], await TestDatabase.ReadAsync(Connection, ReadTheTable));
    }

    [Fact]
    public async Task A_run_after_the_columns_were_added_builds_the_index()
    {
        await TestDatabase.ExecuteAsync(
            Connection, "ALTER TABLE user_logins ADD message_id uuid, ADD mask_generation smallint");

        await MigrateAsync();

        Assert.Equal(["True"], await TestDatabase.IndexAsync(Connection));
        await _reports.WaitForAsync(", schema public.");
        Assert.StartsWith("Building the unique index", Assert.Single(await _reports.RestAsync()));
    }

    [Fact]
    public async Task A_run_after_the_index_was_built_takes_no_lock_that_a_reader_blocks()
    {
        await TestDatabase.ExecuteAsync(
            Connection,
            """
            ALTER TABLE user_logins ADD message_id uuid, ADD mask_generation smallint;
            CREATE UNIQUE INDEX ix_user_logins_message_id ON user_logins (message_id);
            """);
        await using var reader = await Analyst.BeginAsync(Connection, ReadTheTable);

        await MigrateAsync().WaitAsync(TestDatabase.Limit);

        await _reports.WaitForAsync(", schema public.");
        Assert.Empty(await _reports.RestAsync());
    }

    [Fact]
    public async Task Processes_that_adopt_the_same_table_at_once_take_turns()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => LoginMigrations.MigrateAsync(Connection)))
            .WaitAsync(TestDatabase.Limit);

        Assert.Equal(["True"], await TestDatabase.IndexAsync(Connection));
    }

    [Fact]
    public async Task A_process_says_that_it_waits_for_another_and_then_continues()
    {
        await using var analyst = await Analyst.BeginAsync(Connection, ReadSomethingElse);
        var first = MigrateAsync();
        await analyst.WaitForBuildAsync();

        var reports = new Reports();
        var second = LoginMigrations.MigrateAsync(Connection, reports.Add, TimeProvider.System);
        await reports.WaitForAsync("Another process migrates this database.");
        await analyst.EndAsync();
        await Task.WhenAll(first, second).WaitAsync(TestDatabase.Limit);

        Assert.Empty(await reports.RestAsync());
    }

    [Fact]
    public async Task Timeouts_that_the_role_sets_do_not_interrupt_the_build()
    {
        await using var analyst = await Analyst.BeginAsync(Connection, ReadSomethingElse);
        var limited = new NpgsqlConnectionStringBuilder(Connection)
        {
            Options = "-c statement_timeout=1s -c lock_timeout=1s",
        }.ConnectionString;

        var migrating = LoginMigrations.MigrateAsync(limited, _reports.Add, _time);
        await analyst.WaitForLongBuildAsync();
        await analyst.EndAsync();
        await migrating;

        Assert.Equal(["True"], await TestDatabase.IndexAsync(Connection));
    }

    [Fact]
    public async Task Message_ids_that_are_not_unique_are_reported_and_no_index_stays_to_reject_the_rows_of_others()
    {
        const string Duplicates =
            """
            INSERT INTO user_logins (message_id)
            SELECT '00000000-0000-0000-0000-000000000001'::uuid FROM generate_series(1, 2)
            """;
        await TestDatabase.ExecuteAsync(Connection, $"ALTER TABLE user_logins ADD message_id uuid; {Duplicates}");

        var error = await Assert.ThrowsAsync<LoginMigrationException>(() => MigrateAsync());

        Assert.StartsWith("user_logins.message_id holds the same id more than once", error.Message);
        Assert.Empty(await TestDatabase.IndexAsync(Connection));
        await TestDatabase.ExecuteAsync(Connection, Duplicates);

        await TestDatabase.ExecuteAsync(
            Connection, "UPDATE user_logins SET message_id = NULL WHERE message_id IS NOT NULL");
        await MigrateInRealTimeAsync();
        Assert.Equal(["True"], await TestDatabase.IndexAsync(Connection));
        Assert.DoesNotContain(
            await _reports.RestAsync(), report => report.StartsWith("Another process", StringComparison.Ordinal));
    }

    private Task<LoginMigrationResult> MigrateInRealTimeAsync() =>
        LoginMigrations.MigrateAsync(Connection, _reports.Add, TimeProvider.System);

    private Task<LoginMigrationResult> MigrateAsync(CancellationToken cancellationToken = default) =>
        LoginMigrations.MigrateAsync(Connection, _reports.Add, _time, cancellationToken);
}

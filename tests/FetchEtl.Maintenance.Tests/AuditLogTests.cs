using System.Globalization;
using FetchEtl.Logins;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>Entries are appended and nothing else, and a chain that somebody changed does not verify.</summary>
public sealed class AuditLogTests : IAsyncLifetime
{
    private PostgresDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(_database.ConnectionString);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task The_hash_of_an_entry_is_the_documented_one()
    {
        var entry = new AuditEntry(
            7, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddMicroseconds(123_456),
            "reveal", "officer", "ann", "Prüfung 4711", "ip", 2, AuditEntry.NoHash, string.Empty);

        // By SQL, as an auditor without this program would.
        var hash = await ScalarAsync(
            """
            SELECT encode(sha256(string_agg(octet_length(p) || ':' || p || ',', '' ORDER BY n)::bytea), 'hex')
            FROM unnest(ARRAY['fetchetl/audit/v1', '7', '2026-01-02T03:04:05.123456Z', 'reveal', 'officer', 'ann',
                'Prüfung 4711', 'ip', '2', repeat('0', 64)]) WITH ORDINALITY AS u (p, n)
            """);

        Assert.Equal(hash, entry.ComputeHash());
    }

    [Fact]
    public async Task Entries_of_many_processes_have_numbers_without_gaps_and_fit_together()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(AppendFiveAsync));

        var finding = await VerifyAsync(head: null);

        Assert.Equal((40, null), (finding.Entries, finding.Problem));

        async Task AppendFiveAsync(int process)
        {
            await using var session = Session();
            for (var i = 0; i < 5; i++)
            {
                await AppendAsync(session, $"purpose {process}");
            }
        }
    }

    [Theory]
    [InlineData("UPDATE audit_log SET purpose = 'other'")]
    [InlineData("DELETE FROM audit_log")]
    [InlineData("TRUNCATE audit_log")]
    [InlineData("SET session_replication_role = replica; DELETE FROM audit_log")]
    public async Task Not_even_the_owner_changes_or_removes_entries(string sql)
    {
        await using var session = Session();
        await AppendAsync(session, "purpose");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(sql));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        Assert.Equal(1L, await ScalarAsync("SELECT count(*) FROM audit_log"));
    }

    [Theory]
    [InlineData("UPDATE audit_log SET purpose = 'other' WHERE sequence = 3", "entry 3 was changed")]
    [InlineData("UPDATE audit_log SET at = at - interval '1 day' WHERE sequence = 3", "entry 3 was changed")]
    [InlineData("DELETE FROM audit_log WHERE sequence = 2", "entry 2 is missing")]
    [InlineData("DELETE FROM audit_log WHERE sequence = 1", "entry 1 is missing")]
    [InlineData("DELETE FROM audit_log WHERE sequence = 3; UPDATE audit_log SET sequence = 3 WHERE sequence = 4",
        "entry 3 does not follow the entry before it")]
    [InlineData("INSERT INTO audit_log SELECT 0, at, action, database_role, os_user, purpose, fields, count, "
        + "previous_hash, hash FROM audit_log WHERE sequence = 1", "entry 0 stands before the first one")]
    [InlineData("DELETE FROM audit_log WHERE sequence > 3", "no entry has the hash of --head")]
    [InlineData("DELETE FROM audit_log", "no entry has the hash of --head")]
    public async Task An_entry_that_was_changed_removed_or_inserted_is_named(string tampering, string problem)
    {
        var head = await AppendAllAsync(5);
        Assert.Equal((5, head, null), await FoundAsync(head));

        await TamperAsync(tampering);

        Assert.Contains(problem, (await VerifyAsync(head)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_that_was_cut_and_goes_on_is_noticed_by_its_head_and_only_by_it()
    {
        var head = await AppendAllAsync(5);
        await TamperAsync("DELETE FROM audit_log WHERE sequence > 3");
        await AppendAllAsync(2);

        Assert.Null((await VerifyAsync(head: null)).Problem);
        Assert.Contains("no entry has the hash of --head", (await VerifyAsync(head)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_writes_entries_can_change_none()
    {
        var (_, login) = await _database.CreateRoleAsync("SELECT, INSERT ON audit_log");
        await using var session = Session(login);
        await AppendAsync(session, "purpose");

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => session.ExecuteAsync("DELETE FROM audit_log", CancellationToken.None));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        Assert.Null((await VerifyAsync(head: null)).Problem);
    }

    [Fact]
    public async Task An_action_has_an_entry_with_its_outcome_and_one_that_failed_or_was_stopped_says_so()
    {
        await using var session = Session();
        var log = new AuditLog(session, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var shown = 0;
        Assert.Equal(3, await RunAsync("find", () => Task.FromResult(shown = 3)));
        Assert.Equal(-1, await RunAsync("export", () => Task.FromResult(-1)));
        await Assert.ThrowsAsync<PostgresException>(() => RunAsync("erase", async () =>
            shown = await session.ExecuteAsync("SELECT 1 / 0", CancellationToken.None)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync("reveal", async () =>
        {
            shown = 1;
            await stop.CancelAsync();
            return await session.ExecuteAsync("SELECT 1", stop.Token);
        }));

        var entries = new List<(string, string, long)>();
        await foreach (var entry in log.ReadAsync(since: null, CancellationToken.None))
        {
            entries.Add((entry.Action, entry.Purpose, entry.Count));
        }

        Assert.Equal(
            [
                ("find", "test", 9), ("find: done", "test: 3 rows", 3),
                ("export", "test", 9), ("export: incomplete", "test: 3 rows", 3),
                ("erase", "test", 9), ("erase: failed", "test: 3 rows", 3),
                ("reveal", "test", 9), ("reveal: failed", "test: 1 rows", 1),
            ],
            entries);
        Assert.Null((await VerifyAsync(head: null)).Problem);

        Task<int> RunAsync(string action, Func<Task<int>> work) => log.RunAsync(
            new AuditAction(action, "test", "*", 9), "ann", work,
            static result => result < 0 ? AuditEnding.Incomplete : AuditEnding.Done,
            () => new AuditOutcome(shown, $"{shown} rows"),
            warn: null,
            stop.Token);
    }

    [Fact]
    public async Task An_entry_of_an_end_that_is_not_written_within_ten_seconds_is_given_up_with_a_warning()
    {
        await using var session = Session();
        var time = new SignalingTimeProvider();
        TableLock? blocks = null;
        var warnings = new List<string>();

        var running = new AuditLog(session, time).RunAsync(
            new AuditAction("erase", "test", "*", 1), "ann", BlockAsync, static _ => AuditEnding.Done,
            static () => new AuditOutcome(1, "1 row"), warnings.Add, CancellationToken.None);
        await Task.WhenAny(running, time.WaitForTimersAsync());
        Assert.False(running.IsCompleted, "the limit is not one of the injected clock");
        await blocks!.WaitForBlockedAsync(atLeast: 1);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(running.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        // The work is done, whether or not the entry of its end was written.
        Assert.Equal(7, await running);
        Assert.Contains("no entry with the outcome", Assert.Single(warnings), StringComparison.Ordinal);
        await blocks.DisposeAsync();
        Assert.Equal(1L, await ScalarAsync("SELECT count(*) FROM audit_log"));

        async Task<int> BlockAsync()
        {
            blocks = await TableLock.TakeAsync(_database.ConnectionString, "audit_log");
            return 7;
        }
    }

    private static Task<AuditEntry> AppendAsync(LoginDatabase session, string purpose) =>
        new AuditLog(session, TimeProvider.System).AppendAsync(
            new AuditAction("reveal", purpose, "*", 1), "ann", CancellationToken.None);

    private async Task<string> AppendAllAsync(int count)
    {
        await using var session = Session();
        var head = AuditEntry.NoHash;
        for (var i = 0; i < count; i++)
        {
            head = (await AppendAsync(session, i.ToString(CultureInfo.InvariantCulture))).Hash;
        }

        return head;
    }

    private async Task<(long Entries, string Head, string? Problem)> FoundAsync(string? head)
    {
        var finding = await VerifyAsync(head);
        return (finding.Entries, finding.Head, finding.Problem);
    }

    private async Task<AuditFinding> VerifyAsync(string? head)
    {
        await using var session = Session();
        return await new AuditLog(session, TimeProvider.System).VerifyAsync(head, CancellationToken.None);
    }

    /// <summary>Does what only the owner can: takes the trigger away and puts it back.</summary>
    private Task<object?> TamperAsync(string sql) => ScalarAsync(
        $"""
        ALTER TABLE audit_log DISABLE TRIGGER USER; {sql};
        ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_append_only
        """);

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private LoginDatabase Session(string? login = null) =>
        new(new NpgsqlConnection(login ?? _database.ConnectionString));
}

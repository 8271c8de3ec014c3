using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// With <c>synchronous_standby_names</c> set, a row is acknowledged only when the standby has confirmed its commit: it
/// stands on the standby after a failover. PostgreSQL ends a cancelled wait for the standby with a warning and a
/// commit. Each test has one pair of servers, and a database on it for each of its cases.
/// </summary>
[Trait("Category", "Slow")]
public sealed class SynchronousStandbyTests : IAsyncLifetime
{
    private const string Waiting =
        "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = current_database() "
        + "AND application_name <> '" + LoginStore.AdminName + "'";

    private const string NotConfirmed = "no synchronous standby has confirmed";

    private readonly VaultKeyFiles _vault = new();
    private readonly List<Case> _cases = [];
    private StandbyPair _pair = null!;

    public async Task InitializeAsync() => _pair = await StandbyPair.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var one in _cases)
        {
            await one.Store.DisposeAsync();
        }

        await _pair.DisposeAsync();
        _vault.Dispose();
    }

    [PosixFact]
    public async Task Rows_whose_wait_for_the_standby_timed_out_are_not_acknowledged()
    {
        foreach (var clientMinMessages in new[] { "notice", "error" })
        {
            await AddCaseAsync($"plain_{clientMinMessages}", hasVault: false, clientMinMessages);
            await AddCaseAsync($"vault_{clientMinMessages}", hasVault: true, clientMinMessages);
        }

        await _pair.HangStandbyAsync();

        _cases.ForEach(one => one.Write(300));
        await Task.WhenAll(_cases.Select(ReportedOrDoneAsync));

        await AssertAcknowledgedRowsSurviveAsync();
    }

    [PosixFact]
    public async Task A_retry_that_meets_its_own_row_waits_for_the_standby_too()
    {
        await AddCaseAsync("plain", hasVault: false);
        await AddCaseAsync("vault", hasVault: true);
        await _pair.HangStandbyAsync();

        foreach (var one in _cases)
        {
            one.Write(1);
            while ((long)(await one.Store.ScalarAsync($"SELECT count(*) {Waiting}"))! == 0)
            {
                await Task.Yield();
            }

            // The session ends with its row committed locally, and without an answer to the client.
            await one.Store.ScalarAsync($"SELECT count(pg_terminate_backend(pid)) {Waiting}");
            await one.Store.Logs.WaitForAsync(2000);
        }

        await Task.WhenAll(_cases.Select(ReportedOrDoneAsync));

        await AssertAcknowledgedRowsSurviveAsync();
    }

    [PosixFact]
    public async Task Rows_are_acknowledged_when_the_standby_confirms_a_later_commit()
    {
        await AddCaseAsync("plain", hasVault: false);
        await AddCaseAsync("vault", hasVault: true);
        await _pair.HangStandbyAsync();
        _cases.ForEach(one => one.Write(300));
        await Task.WhenAll(_cases.Select(one => one.Store.Logs.WaitForAsync(NotConfirmed)));

        await _pair.ResumeStandbyAsync();
        await Task.WhenAll(_cases.Select(one => one.Written));

        await AssertAcknowledgedRowsSurviveAsync();
    }

    /// <summary>
    /// Waits until the writer reports that the standby did not confirm, or until it acknowledges every row without it.
    /// </summary>
    private static Task<Task> ReportedOrDoneAsync(Case one) =>
        Task.WhenAny(one.Store.Logs.WaitForAsync(NotConfirmed), one.Written);

    /// <summary>Creates a database whose writer has had a row confirmed.</summary>
    private async Task AddCaseAsync(string name, bool hasVault, string clientMinMessages = "notice")
    {
        var primary = new NpgsqlConnectionStringBuilder(_pair.Primary.ConnectionString);
        await using (var source = NpgsqlDataSource.Create(primary))
        {
            await using var create = source.CreateCommand($"CREATE DATABASE {name}");
            await create.ExecuteNonQueryAsync();
            await using var alter = source.CreateCommand(
                $"ALTER ROLE postgres IN DATABASE {name} SET client_min_messages = {clientMinMessages}");
            await alter.ExecuteNonQueryAsync();
        }

        primary.Database = name;
        var store = await LoginStore.OverAsync(primary.ConnectionString);
        _cases.Add(new Case(name, store));
        store.Masking.MessageIds = MessageIds.Raw;
        store.ConnectionString += ";Command Timeout=2";
        if (hasVault)
        {
            store.Masking.Vault.PublicKeyFile = _vault.Public;
        }

        await store.Writer.WriteAsync(LoginStore.Login());
    }

    private async Task AssertAcknowledgedRowsSurviveAsync()
    {
        var acknowledged = _cases.ToDictionary(one => one.Name, one => one.Acknowledged());
        var promoted = new NpgsqlConnectionStringBuilder(await _pair.FailOverAsync());
        foreach (var (name, ids) in acknowledged)
        {
            promoted.Database = name;
            await using var source = NpgsqlDataSource.Create(promoted);
            await using var command = source.CreateCommand(
                "SELECT count(*) FROM unnest($1) AS acknowledged (id) WHERE NOT EXISTS "
                + "(SELECT FROM user_logins WHERE message_id = acknowledged.id)");
            command.Parameters.AddWithValue(ids);

            Assert.Equal((name, 0L, ids.Length), (name, await command.ExecuteScalarAsync(), ids.Length));
        }
    }

    /// <summary>A database on the pair, its writer, and the rows that the writer was given.</summary>
    private sealed record Case(string Name, LoginStore Store)
    {
        private readonly List<(Guid Id, Task Written)> _writes = [];

        public Task Written => Task.WhenAll(_writes.Select(write => write.Written));

        public void Write(int count) => _writes.AddRange(
            LoginStore.Logins(count).Select(login => (login.MessageId!.Value, Store.Writer.WriteAsync(login))));

        public Guid[] Acknowledged() =>
            [.. _writes.Where(write => write.Written.IsCompletedSuccessfully).Select(write => write.Id)];
    }
}

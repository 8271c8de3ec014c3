using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// With <c>synchronous_standby_names</c> set, a row is acknowledged only when the standby has confirmed its commit: it
/// stands on the standby after a failover. PostgreSQL ends a cancelled wait for the standby with a warning and a
/// commit.
/// </summary>
[Trait("Category", "Slow")]
public sealed class SynchronousStandbyTests : IAsyncLifetime
{
    private const string Waiting =
        "FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND application_name <> '" + LoginStore.AdminName + "'";

    private const string NotConfirmed = "no synchronous standby has confirmed";

    private readonly VaultKeyFiles _vault = new();
    private StandbyPair _pair = null!;
    private LoginStore _store = null!;

    public async Task InitializeAsync()
    {
        _pair = await StandbyPair.StartAsync();
        _store = await LoginStore.OverAsync(_pair.Primary.ConnectionString);
        _store.Masking.MessageIds = MessageIds.Raw;
        _store.ConnectionString += ";Command Timeout=2";
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _pair.DisposeAsync();
        _vault.Dispose();
    }

    [PosixTheory]
    [InlineData(false, "notice")]
    [InlineData(true, "notice")]
    [InlineData(false, "error")]
    [InlineData(true, "error")]
    public async Task Rows_whose_wait_for_the_standby_timed_out_are_not_acknowledged(
        bool hasVault, string clientMinMessages)
    {
        await _store.ScalarAsync($"ALTER ROLE postgres SET client_min_messages = {clientMinMessages}");
        await WriteConfirmedAsync(hasVault);
        await _pair.HangStandbyAsync();

        var writes = Write(LoginStore.Logins(300));
        await ReportedOrDoneAsync(writes);

        await AssertAcknowledgedRowsSurviveAsync(writes);
    }

    [PosixTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_retry_that_meets_its_own_row_waits_for_the_standby_too(bool hasVault)
    {
        await WriteConfirmedAsync(hasVault);
        await _pair.HangStandbyAsync();

        var writes = Write(LoginStore.Logins(1));
        while ((long)(await _store.ScalarAsync($"SELECT count(*) {Waiting}"))! == 0)
        {
            await Task.Yield();
        }

        // The session ends with its row committed locally, and without an answer to the client.
        await _store.ScalarAsync($"SELECT count(pg_terminate_backend(pid)) {Waiting}");
        await _store.Logs.WaitForAsync(2000);
        await ReportedOrDoneAsync(writes);

        await AssertAcknowledgedRowsSurviveAsync(writes);
    }

    [PosixTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_are_acknowledged_when_the_standby_confirms_a_later_commit(bool hasVault)
    {
        await WriteConfirmedAsync(hasVault);
        await _pair.HangStandbyAsync();
        var writes = Write(LoginStore.Logins(300));
        await _store.Logs.WaitForAsync(NotConfirmed);

        await _pair.ResumeStandbyAsync();
        await Task.WhenAll(writes.Select(write => write.Written));

        await AssertAcknowledgedRowsSurviveAsync(writes);
    }

    private async Task WriteConfirmedAsync(bool hasVault)
    {
        if (hasVault)
        {
            _store.Masking.Vault.PublicKeyFile = _vault.Public;
        }

        await _store.Writer.WriteAsync(LoginStore.Login());
    }

    private (UserLogin Login, Task Written)[] Write(UserLogin[] logins) =>
        [.. logins.Select(login => (login, _store.Writer.WriteAsync(login)))];

    /// <summary>
    /// Waits until the writer reports that the standby did not confirm, or until it acknowledges every row without it.
    /// </summary>
    private Task<Task> ReportedOrDoneAsync((UserLogin Login, Task Written)[] writes) => Task.WhenAny(
        _store.Logs.WaitForAsync(NotConfirmed),
        Task.WhenAll(writes.Select(write => write.Written)));

    private async Task AssertAcknowledgedRowsSurviveAsync((UserLogin Login, Task Written)[] writes)
    {
        var acknowledged = writes.Where(write => write.Written.IsCompletedSuccessfully)
            .Select(write => write.Login.MessageId!.Value).ToArray();
        await using var promoted = NpgsqlDataSource.Create(await _pair.FailOverAsync());
        await using var command = promoted.CreateCommand(
            "SELECT count(*) FROM unnest($1) AS acknowledged (id) WHERE NOT EXISTS "
            + "(SELECT FROM user_logins WHERE message_id = acknowledged.id)");
        command.Parameters.AddWithValue(acknowledged);

        Assert.Equal((0L, acknowledged.Length), (await command.ExecuteScalarAsync(), acknowledged.Length));
    }
}

using System.Net;
using System.Net.Sockets;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// The host starts while the database cannot take rows, and no message arrives. One line names the remedy, health says
/// so, and both end by themselves.
/// </summary>
[Trait("Category", "Slow")]
public sealed class StartCheckTests : IAsyncLifetime
{
    private readonly VaultKeyFiles _vault = new();
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _vault.Dispose();
    }

    [Theory]
    [InlineData(
        "ALTER ROLE {role} PASSWORD 'another'",
        "ALTER ROLE {role} PASSWORD 'role'",
        "28P01, the server rejects the login: correct user and password")]
    [InlineData("ALTER TABLE user_logins RENAME TO other", "ALTER TABLE other RENAME TO user_logins", "42P01, ")]
    [InlineData(
        "ALTER TABLE masking_generations RENAME TO other",
        "ALTER TABLE other RENAME TO masking_generations",
        "42P01, ")]
    [InlineData(
        "ALTER TABLE user_logins RENAME message_id TO other", "ALTER TABLE user_logins RENAME other TO message_id",
        "42703, user_logins has no column message_id: run 'fetch-etl migrate'; where that changes nothing, ")]
    [InlineData(
        "ALTER TABLE user_logins RENAME locale TO a; ALTER TABLE user_logins RENAME app_version TO b",
        "ALTER TABLE user_logins RENAME a TO locale; ALTER TABLE user_logins RENAME b TO app_version",
        "42703, user_logins has no column app_version, locale: run 'fetch-etl migrate'")]
    [InlineData(
        "DROP INDEX ix_user_logins_message_id",
        "CREATE UNIQUE INDEX ix_user_logins_message_id ON user_logins (message_id)",
        "42P10, the table does not match the model: run the migrations")]
    [InlineData(
        "CREATE RULE copies AS ON INSERT TO user_logins DO ALSO SELECT 1",
        "DROP RULE copies ON user_logins",
        "0A000, ")]
    [InlineData(
        "REVOKE INSERT ON user_logins FROM {role}", "GRANT INSERT ON user_logins TO {role}",
        "42501, the role lacks a right: grant it INSERT and SELECT on user_logins")]
    [InlineData(
        "REVOKE SELECT ON user_logins FROM {role}", "GRANT SELECT ON user_logins TO {role}",
        "42501, the role lacks a right")]
    [InlineData(
        "REVOKE SELECT ON masking_generations FROM {role}", "GRANT SELECT ON masking_generations TO {role}",
        "42501, the role lacks a right")]
    [InlineData(
        "REVOKE INSERT ON pii_vault FROM {role}", "GRANT INSERT ON pii_vault TO {role}",
        "42501, the role lacks a right")]
    [InlineData("ALTER TABLE pii_vault RENAME TO other", "ALTER TABLE other RENAME TO pii_vault", "42P01, ")]
    [InlineData(
        "ALTER ROLE {role} SET default_transaction_read_only = on",
        "ALTER ROLE {role} RESET default_transaction_read_only",
        "25006, the server is read-only: name the primary")]
    public async Task What_keeps_rows_out_is_logged_once_with_its_remedy_and_health_says_so_until_it_ends(
        string begin, string end, string report)
    {
        var role = await _store.UseRoleAsync();
        await _store.ScalarAsync($"GRANT SELECT, INSERT ON pii_vault TO {role}");
        _store.Masking.Vault.PublicKeyFile = _vault.Public;
        await _store.ScalarAsync(begin.Replace("{role}", role, StringComparison.Ordinal));

        await _store.StartAsync();
        var broken = await _store.HealthAsync();
        var isReceiving = _store.Writer.WaitForOutageEndAsync().IsCompleted;
        await FailedProbesAsync(2);
        await _store.ScalarAsync(end.Replace("{role}", role, StringComparison.Ordinal));
        await _store.UntilHealthyAsync();

        // The line follows the change that health shows.
        await _store.Logs.WaitForAsync(2002);
        Assert.Equal(HealthStatus.Unhealthy, broken.Status);
        Assert.StartsWith(
            "The writer cannot commit logins: " + report, broken.Description, StringComparison.Ordinal);
        Assert.False(isReceiving);
        Assert.Equal(1, _store.Logs.CountOf(2001));
        Assert.Equal(0, _store.Logs.CountOf(2000));
        Assert.Equal(1, _store.Logs.CountOf(2002));
        Assert.Equal(0, await _store.CountAsync());
        await _store.StopAsync();
    }

    [Fact]
    public async Task A_server_that_is_away_at_the_start_is_waited_for()
    {
        // The port is taken, and nothing listens there.
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)closed.LocalEndPoint!).Port;
        _store.ConnectionString = new NpgsqlConnectionStringBuilder(_store.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = port,
        }.ConnectionString;

        await _store.StartAsync();
        await FailedProbesAsync(2);

        var description = (await _store.HealthAsync()).Description!;
        Assert.Contains("no connection to the server: check that it runs", description, StringComparison.Ordinal);
        Assert.Contains($"Failed to connect to 127.0.0.1:{port}: ", description, StringComparison.Ordinal);
        Assert.Equal(1, _store.Logs.CountOf(2000));
        await _store.StopAsync();
    }

    [Fact]
    public async Task A_table_that_is_locked_at_the_start_is_reported_with_the_session_that_holds_it()
    {
        _store.ConnectionString += ";Command Timeout=2";
        await using var table = await _store.LockTableAsync();

        await _store.StartAsync();

        // Where the look for the holder comes too late, only the next check reports it.
        await _store.Logs.WaitForAsync("(55P03: the statement waits for a lock on table user_logins that session");
        await table.ReleaseAsync();
        await _store.UntilHealthyAsync();

        Assert.InRange(_store.Logs.CountOf(2000), 1, 2);
        await _store.StopAsync();
    }

    [Fact]
    public async Task A_wrong_key_that_shows_only_when_the_database_is_back_is_reported_and_holds()
    {
        await _store.ScalarAsync("INSERT INTO masking_generations VALUES (1, 'of another key')");
        await _store.ScalarAsync("ALTER TABLE masking_generations RENAME TO other");

        await _store.StartAsync();
        await _store.Logs.WaitForAsync("(42P01)");
        await _store.ScalarAsync("ALTER TABLE other RENAME TO masking_generations");
        await _store.Logs.WaitForAsync("is not the key of generation 1");
        Assert.Equal(HealthStatus.Unhealthy, (await _store.HealthAsync()).Status);
        await _store.ScalarAsync("DELETE FROM masking_generations");
        await _store.UntilHealthyAsync();
        await _store.StopAsync();
    }

    [Fact]
    public async Task A_database_that_takes_rows_is_checked_without_a_trace()
    {
        await _store.StartAsync();
        await _store.StopAsync();

        Assert.Equal(HealthStatus.Healthy, (await _store.HealthAsync()).Status);
        Assert.Equal(0, await _store.CountAsync());
        Assert.Equal(0, _store.Logs.CountOf(2000) + _store.Logs.CountOf(2001) + _store.Logs.CountOf(2002));
    }

    [Fact]
    public async Task A_stop_ends_the_wait_for_the_database()
    {
        await _store.ScalarAsync("ALTER TABLE user_logins RENAME TO other");
        await _store.StartAsync();

        await _store.StopAsync();

        Assert.Equal(0, _store.Logs.CountOf(2002));
    }

    /// <summary>Waits until that many more checks have failed. Each of them changes the circuit.</summary>
    private async Task FailedProbesAsync(int count)
    {
        var circuit = _store.Provider.GetRequiredService<WriterCircuit>();
        for (; count > 0; count--)
        {
            await circuit.Changed.WaitAsync(Deliveries.Limit);
            Assert.NotNull(circuit.Fault);
        }
    }
}

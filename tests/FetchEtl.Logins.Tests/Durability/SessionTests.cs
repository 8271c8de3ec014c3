using System.Net;
using FetchEtl.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>Sessions whose client is gone end soon, and the log names those that hold rows until then.</summary>
[Trait("Category", "Slow")]
public sealed class SessionTests : IAsyncLifetime
{
    private const string Settings =
        "SELECT string_agg(name || ' ' || setting, ', ' ORDER BY name) AS \"Value\" FROM pg_settings "
        + "WHERE name LIKE 'tcp%' OR name IN ('application_name', 'idle_in_transaction_session_timeout')";

    private readonly VaultKeyFiles _vault = new();
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _vault.Dispose();
    }

    [Fact]
    public async Task A_session_has_keepalives_and_a_name_also_when_it_comes_back_from_the_pool()
    {
        var expected = $"application_name {WrittenForm.NameOf(new LoginsOptions())}, "
            + "idle_in_transaction_session_timeout 0, tcp_keepalives_count 4, tcp_keepalives_idle 10, "
            + "tcp_keepalives_interval 5, tcp_user_timeout 30000";

        Assert.Equal(expected, await ReadAsync());
        Assert.Equal(expected, await ReadAsync());
    }

    [Fact]
    public async Task What_an_operator_or_the_connection_string_sets_is_kept()
    {
        var role = await _store.UseRoleAsync();
        await _store.ScalarAsync(
            $"ALTER ROLE {role} SET tcp_keepalives_idle = 77; ALTER ROLE {role} SET tcp_user_timeout = 0");
        _store.ConnectionString += ";Application Name=mine";

        Assert.Equal(
            "application_name mine, idle_in_transaction_session_timeout 0, tcp_keepalives_count 4, "
            + "tcp_keepalives_idle 77, tcp_keepalives_interval 5, tcp_user_timeout 0",
            await ReadAsync());
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Rows_that_a_lost_connection_holds_are_written_when_the_server_ends_it_and_the_report_names_it()
    {
        var server = new NpgsqlConnectionStringBuilder(_store.ConnectionString);
        await using var proxy = new CuttingProxy(new IPEndPoint(IPAddress.Loopback, server.Port));
        _store.Masking.Vault.PublicKeyFile = _vault.Public;
        _store.ConnectionString = new NpgsqlConnectionStringBuilder(_store.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = proxy.Port,
            SslMode = SslMode.Disable,
            CommandTimeout = 4,
            CancellationTimeout = 500,
        }.ConnectionString;
        await _store.Writer.WriteAsync(LoginStore.Login());

        proxy.SwallowNextCommit();
        var write = _store.Writer.WriteAsync(LoginStore.Login());
        await _store.Logs.WaitForAsync("as after a lost connection; the server ends it soon");
        var zombie = await _store.ScalarAsync("SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction'");
        await write.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);

        Assert.Contains(
            _store.Logs.Texts,
            text => text.Contains(
                $"the statement waits for a row that session {zombie} (fetch-etl) has written and not committed",
                StringComparison.Ordinal)
                && text.Contains($"pg_terminate_backend({zombie})", StringComparison.Ordinal));
        Assert.Equal(2, await _store.CountAsync());
    }

    private async Task<string> ReadAsync()
    {
        await using var context = _store.Context();
        return await context.Database.SqlQueryRaw<string>(Settings).SingleAsync();
    }
}

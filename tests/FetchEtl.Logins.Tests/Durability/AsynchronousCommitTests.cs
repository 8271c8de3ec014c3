using FetchEtl.Local;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// Where <c>synchronous_commit</c> is off for the role, the writer's rows still survive a crash of the server.
/// </summary>
[Trait("Category", "Slow")]
public sealed class AsynchronousCommitTests : IAsyncLifetime
{
    private LocalPostgres _server = null!;
    private LoginStore _store = null!;

    public async Task InitializeAsync()
    {
        // With the writer of the log asleep, only the commits themselves write it.
        _server = await LocalPostgres.StartAsync(new LocalPostgresOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["wal_writer_delay"] = "10s",
                ["wal_writer_flush_after"] = "1GB",
                ["autovacuum"] = "off",
            },
        });
        _store = await LoginStore.OverAsync(_server.ConnectionString);
        _store.Masking.MessageIds = MessageIds.Raw;
        await _store.ScalarAsync("CHECKPOINT");
        await _store.ScalarAsync("ALTER ROLE postgres SET synchronous_commit = off");
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Acknowledged_rows_survive_a_crash()
    {
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(LoginStore.Logins(50).Select(login => _store.Writer.WriteAsync(login)));
        }

        await _server.RestartAsync(PostgresStop.Immediate);

        Assert.Equal(1000, await _store.CountAsync());
    }

    [Fact]
    public async Task A_duplicate_of_a_row_that_is_not_on_disk_yet_is_acknowledged_when_it_is()
    {
        await _store.Writer.WriteAsync(LoginStore.Login());
        var login = LoginStore.Login("duplicate");
        await _store.ScalarAsync($"INSERT INTO user_logins (user_id, message_id) VALUES ('x', '{login.MessageId}')");

        await _store.Writer.WriteAsync(login);
        await _server.RestartAsync(PostgresStop.Immediate);

        Assert.Equal(2, await _store.CountAsync());
    }
}

using Npgsql;

namespace FetchEtl.Local.Tests;

/// <summary>What a private server is and which settings it has.</summary>
public sealed class LocalPostgresTests(LocalPostgresTests.Server server) : IClassFixture<LocalPostgresTests.Server>
{
    [Fact]
    public async Task A_started_server_answers_on_loopback_with_the_version_it_names()
    {
        Assert.Equal(server.Postgres.ServerVersion, await ScalarAsync(server.Postgres, "SHOW server_version"));
        Assert.Equal("127.0.0.1", await ScalarAsync(server.Postgres, "SHOW listen_addresses"));
        var log = await File.ReadAllTextAsync(server.Postgres.LogFile);
        Assert.Contains("database system is ready", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_rejected()
    {
        var stranger = new NpgsqlConnectionStringBuilder(server.Postgres.ConnectionString) { Password = "guessed" };

        await using var connection = new NpgsqlConnection(stranger.ConnectionString);
        var rejection = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());

        Assert.Equal(PostgresErrorCodes.InvalidPassword, rejection.SqlState);
    }

    [LinuxFact(AsRoot = true)]
    public async Task Root_runs_the_server_as_another_user()
    {
        var status = await File.ReadAllLinesAsync($"/proc/{server.Postgres.ServerProcessId}/status");

        var uids = status.Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1..];
        Assert.DoesNotContain("0", uids);
    }

    [Fact]
    public async Task Settings_override_the_defaults_and_arrive_as_they_are()
    {
        await using var configured = await LocalPostgres.StartAsync(new LocalPostgresOptions
        {
            Settings = new Dictionary<string, string> { ["fsync"] = "on", ["cluster_name"] = @"it's C:\tmp" },
        });

        Assert.Equal("on", await ScalarAsync(configured, "SHOW fsync"));
        Assert.Equal("200", await ScalarAsync(configured, "SHOW max_connections"));
        Assert.Equal(@"it's C:\tmp", await ScalarAsync(configured, "SHOW cluster_name"));
    }

    [Fact]
    public async Task A_setting_that_the_server_rejects_fails_the_start_with_the_reason_of_the_server()
    {
        var options = new LocalPostgresOptions
        {
            Settings = new Dictionary<string, string> { ["max_connections"] = "many" },
        };

        var failure = await Assert.ThrowsAsync<LocalPostgresException>(() => LocalPostgres.StartAsync(options));

        Assert.Contains("max_connections", failure.Message, StringComparison.Ordinal);
    }

    internal static async Task<string?> ScalarAsync(LocalPostgres server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return (string?)await command.ExecuteScalarAsync();
    }

    /// <summary>One server for all tests that only read.</summary>
    public sealed class Server : IAsyncLifetime
    {
        public LocalPostgres Postgres { get; private set; } = null!;

        public async Task InitializeAsync() => Postgres = await LocalPostgres.StartAsync();

        public async Task DisposeAsync() => await Postgres.DisposeAsync();
    }
}

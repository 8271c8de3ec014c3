using FetchEtl.Benchmarks;
using FetchEtl.Local;
using FetchEtl.Service;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Checks PostgreSQL's own log after a constraint refused a row, and with logged statements. The user_id is the only
/// personal value that reaches PostgreSQL, unless it is masked.
/// </summary>
public sealed class PostgresLogTests(PostgresLogTests.Server server) : IClassFixture<PostgresLogTests.Server>
{
    [Theory]
    [InlineData(false, "log_error_verbosity = 'default'", true)]
    [InlineData(false, "log_error_verbosity = 'terse'", false)]
    [InlineData(true, "log_error_verbosity = 'verbose'", false)]
    [InlineData(false, "log_statement = 'all'", true)]
    [InlineData(true, "log_statement = 'all'", false)]
    public async Task PostgreSQLs_log_has_a_user_id_only_unmasked_where_rows_are_logged_and_never_an_ip_or_device_id(
        bool masksUserId, string setting, bool shows)
    {
        var estate = server.Estate;
        var role = $"fetch_etl_{Guid.NewGuid():N}";
        await estate.ExecuteAsync(
            $"CREATE ROLE {role} LOGIN PASSWORD 'role'; GRANT SELECT, INSERT ON user_logins TO {role}; " +
            $"GRANT SELECT ON erased_messages TO {role}; " +
            $"GRANT SELECT, INSERT, UPDATE ON masking_generations TO {role}; ALTER ROLE {role} SET {setting}; " +
            "TRUNCATE user_logins, masking_generations");
        var settings = new Dictionary<string, string>(estate.Settings)
        {
            ["ConnectionStrings__Logins"] = new NpgsqlConnectionStringBuilder(estate.ConnectionString)
            {
                Username = role,
                Password = "role",
            }.ConnectionString,
            ["Masking__Fields__0"] = "ip",
            ["Masking__Fields__1"] = "device_id",
        };
        if (masksUserId)
        {
            settings["Masking__Fields__2"] = "user_id";
        }

        var earlier = (await ReadLogAsync()).Length;
        await estate.ExecuteAsync(LeakEstate.Constraint);
        await estate.SendAsync([.. LeakMessages.Plain(5), .. LeakMessages.Plain(5, LeakMessages.RefusedType)]);
        using (
            var host = ServiceHost
                .CreateConsumer([
                    .. settings.Select(x => $"--{x.Key.Replace("__", ":", StringComparison.Ordinal)}={x.Value}"),
                ])
                .Build())
        {
            await host.StartAsync();
            await estate.UntilOnlyRefusedAreLeftAsync(5);
            await estate.ExecuteAsync(LeakEstate.DropConstraint);
            await estate.UntilQueueIsEmptyAsync();
            await host.StopAsync();
        }

        var log = (await ReadLogAsync())[earlier..];
        Assert.Contains("violates check constraint", log, StringComparison.Ordinal);
        Assert.Equal(shows, log.Contains(Canaries.UserId, StringComparison.Ordinal));
        Assert.False(
            Canaries.AreIn(log.Replace(Canaries.UserId, "", StringComparison.Ordinal)),
            "The log holds a value that is always masked.");
    }

    private Task<string> ReadLogAsync() => File.ReadAllTextAsync(server.Postgres.LogFile);

    /// <summary>A server whose log the tests can read, and an estate on it.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal Estate Estate { get; private set; } = null!;

        internal LocalPostgres Postgres { get; private set; } = null!;

        public async Task InitializeAsync() => (Estate, Postgres) = await Estate.CreateWithServerAsync();

        public async Task DisposeAsync() => await Estate.DisposeAsync();
    }
}

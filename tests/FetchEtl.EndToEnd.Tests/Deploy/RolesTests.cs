using System.Diagnostics;
using FetchEtl.Local;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Runs deploy/postgresql/ by psql on a server of its own, since roles belong to the whole server, and checks that each
/// role can do its work and no more.
/// </summary>
public sealed class RolesTests
{
    [Fact]
    public async Task Each_role_has_the_rights_of_its_work_and_no_others()
    {
        await using var server = await LocalPostgres.StartAsync();
        await using var estate = await Estate.CreateBesideAsync(server.ConnectionString);
        await PsqlAsync(server.ConnectionString, "roles.sql");
        await PsqlAsync(server.ConnectionString, "roles.sql");

        await RunAsync(estate, "fetch_etl_owner", "migrate");
        await PsqlAsync(server.ConnectionString, "grants.sql");
        await PsqlAsync(server.ConnectionString, "grants.sql");
        await estate.SendAsync(20, seed: 1);
        await RunAsync(estate, "fetch_etl", "drain");

        // Keys are registered by migrate, so the service only reads them.
        Assert.Equal(20, await estate.QueryAsync<long>("SELECT count(*) FROM user_logins"));
        Assert.Equal(1, await estate.QueryAsync<long>("SELECT count(*) FROM masking_generations WHERE mac IS NOT NULL"));
        estate.Settings["Masking__Keys__1"] = TestKeys.Second;
        await RunAsync(estate, "fetch_etl_operator", "keys", "register");
        await RunAsync(estate, "fetch_etl_operator", "rekey");
        await AllowedAsync(server, "login_analyst", "SELECT user_id, masked_ip, create_date FROM user_logins");
        await AllowedAsync(server, "login_analyst", "SELECT app_version FROM user_logins_readable");
        await AllowedAsync(server, "fetch_etl_operator", "SELECT count(*) FROM user_logins_readable");
        await RefusedAsync(server, "login_analyst", "SELECT message_id FROM user_logins");
        await RefusedAsync(server, "login_analyst", "SELECT generation FROM masking_generations");
        await RefusedAsync(server, "login_analyst", "DELETE FROM user_logins");
        await RefusedAsync(server, "fetch_etl", "SELECT masked_ip FROM user_logins");
        await RefusedAsync(server, "fetch_etl", "DELETE FROM user_logins");
        await RefusedAsync(server, "fetch_etl", "UPDATE masking_generations SET mac = NULL");
        await RefusedAsync(server, "fetch_etl", "CREATE TABLE own (id integer)");
        await RefusedAsync(server, "fetch_etl_operator", "DELETE FROM user_logins");
        await RefusedAsync(server, "fetch_etl_operator", "DROP TABLE user_logins");
    }

    private static async Task RunAsync(Estate estate, string role, params string[] arguments)
    {
        estate.Settings["ConnectionStrings__Logins"] = LogIn(estate.ConnectionString, role);
        await using var run = await estate.RunAsync(arguments);
        Assert.True(run.ExitCode == 0, run.Errors);
    }

    private static async Task AllowedAsync(LocalPostgres server, string role, string sql)
    {
        await using var source = NpgsqlDataSource.Create(LogIn(server.ConnectionString, role));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task RefusedAsync(LocalPostgres server, string role, string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => AllowedAsync(server, role, sql));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    private static string LogIn(string connectionString, string role) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Username = role, Password = Password(role) }.ToString();

    /// <summary>With a quote, as a password may have.</summary>
    private static string Password(string role) => $"{role}'s";

    private static async Task PsqlAsync(string connectionString, string script)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString);
        using var process = Process.Start(new ProcessStartInfo("psql", ["-qX", "-f", script])
        {
            WorkingDirectory = DeployFiles.PathOf("deploy/postgresql"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PGHOST"] = database.Host,
                ["PGPORT"] = $"{database.Port}",
                ["PGUSER"] = database.Username,
                ["PGPASSWORD"] = database.Password,
                ["PGDATABASE"] = database.Database,
                ["FETCH_ETL_OWNER_PASSWORD"] = Password("fetch_etl_owner"),
                ["FETCH_ETL_PASSWORD"] = Password("fetch_etl"),
                ["FETCH_ETL_OPERATOR_PASSWORD"] = Password("fetch_etl_operator"),
                ["LOGIN_ANALYST_PASSWORD"] = Password("login_analyst"),
            },
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors + await output);
    }
}

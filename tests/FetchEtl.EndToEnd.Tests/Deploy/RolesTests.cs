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
        await using var sqs = await LocalSqs.StartAsync();
        var settings = new Dictionary<string, string>
        {
            ["Sqs__ServiceUrl"] = sqs.ServiceUrl.ToString(),
            ["Sqs__CreateQueues"] = "true",
            ["Masking__Keys__0"] = TestKeys.First,
        };
        await PsqlAsync(server, "roles.sql");
        await PsqlAsync(server, "roles.sql");

        await RunAsync(server, settings, "fetch_etl_owner", "migrate");
        await PsqlAsync(server, "grants.sql");
        await RunAsync(server, settings, "fetch_etl", "send", "--count", "20");
        await RunAsync(server, settings, "fetch_etl", "drain");
        settings["Masking__Keys__1"] = TestKeys.Second;
        await RunAsync(server, settings, "fetch_etl_operator", "keys", "register");
        await RunAsync(server, settings, "fetch_etl_operator", "rekey");

        // Else the erasure would end with 3: the conversion keeps a table that only its owner may read.
        await RunAsync(server, settings, "fetch_etl_owner", "migrate", "--partition-by", "month", "--yes");
        await PsqlAsync(server, "grants.sql");
        string[] subject = ["--field", "ip", "--purpose", "test", "--yes", "203.0.113.7"];
        await RunAsync(server, settings, "fetch_etl_privacy", ["subject", "erase", .. subject]);
        await RunAsync(server, settings, "fetch_etl_privacy", ["subject", "erase", "--delete-rows", .. subject]);
        await RunAsync(server, settings, "fetch_etl_privacy", "audit", "verify");

        // migrate registered the first key, so the service only read it.
        Assert.Equal(20L, await AllowedAsync(
            server, "fetch_etl_operator", "SELECT count(*) FROM user_logins WHERE masked_ip LIKE '2:%'"));
        await AllowedAsync(server, "fetch_etl_operator", "SELECT count(*) FROM user_logins_readable");
        await AllowedAsync(server, "login_analyst", "SELECT user_id, masked_ip, create_date FROM user_logins");
        await AllowedAsync(server, "login_analyst", "SELECT app_version FROM user_logins_readable");
        await RefusedAsync(server, "login_analyst", "SELECT message_id FROM user_logins");
        await RefusedAsync(server, "login_analyst", "SELECT generation FROM masking_generations");
        await RefusedAsync(server, "login_analyst", "DELETE FROM user_logins");
        await RefusedAsync(server, "fetch_etl", "SELECT masked_ip FROM user_logins");
        await RefusedAsync(server, "fetch_etl", "DELETE FROM user_logins");
        await RefusedAsync(server, "fetch_etl", "UPDATE masking_generations SET generation = 9");
        await RefusedAsync(server, "fetch_etl", "CREATE TABLE own (id integer)");
        await RefusedAsync(server, "fetch_etl_operator", "DELETE FROM user_logins");
        await RefusedAsync(server, "fetch_etl", "INSERT INTO erased_messages VALUES (gen_random_uuid())");
        await RefusedAsync(server, "fetch_etl", "SELECT count(*) FROM audit_log");
        await RefusedAsync(server, "fetch_etl_privacy", "DELETE FROM audit_log");
        await RefusedAsync(server, "fetch_etl_privacy", "UPDATE erased_messages SET erased_on = NULL");
        await RefusedAsync(server, "fetch_etl_operator", "DROP TABLE user_logins");
    }

    private static async Task RunAsync(
        LocalPostgres server, Dictionary<string, string> settings, string role, params string[] arguments)
    {
        settings["ConnectionStrings__Logins"] = LogIn(server, role);
        await using var run = await FetchEtlProcess.RunAsync(settings, arguments);
        Assert.True(run.ExitCode == 0, run.Errors);
    }

    private static async Task<object?> AllowedAsync(LocalPostgres server, string role, string sql)
    {
        await using var source = NpgsqlDataSource.Create(LogIn(server, role));
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private static async Task RefusedAsync(LocalPostgres server, string role, string sql)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => AllowedAsync(server, role, sql));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    private static string LogIn(LocalPostgres server, string role) =>
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Username = role, Password = Password(role) }
            .ToString();

    /// <summary>With a quote, as a password may have.</summary>
    private static string Password(string role) => $"{role}'s";

    private static async Task PsqlAsync(LocalPostgres server, string script)
    {
        var database = new NpgsqlConnectionStringBuilder(server.ConnectionString);
        using var process = Process.Start(new ProcessStartInfo("psql", ["-qX", "-f", script])
        {
            WorkingDirectory = DeployFiles.PathOf("deploy/postgresql"),
            UseShellExecute = false,
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
                ["FETCH_ETL_PRIVACY_PASSWORD"] = Password("fetch_etl_privacy"),
                ["LOGIN_ANALYST_PASSWORD"] = Password("login_analyst"),
            },
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors + await output);
    }
}

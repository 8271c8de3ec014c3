using System.Diagnostics;
using System.Text.RegularExpressions;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

public sealed partial class TableTests
{
    private static readonly string[] Columns =
    [
        "user_id character varying(128)",
        "device_type character varying(32)",
        "masked_ip character varying(256)",
        "masked_device_id character varying(256)",
        "locale character varying(32)",
        "app_version integer",
        "create_date date",
        "message_id uuid",
        "mask_generation smallint",
    ];

    [Fact]
    public async Task A_dump_of_the_table_shows_the_seven_columns_of_the_DDL_in_their_order_and_what_FetchEtl_adds()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(database.ConnectionString, CancellationToken.None);

        var dump = await DumpAsync(new NpgsqlConnectionStringBuilder(database.ConnectionString));

        var body = CreateTable().Match(dump).Groups["columns"].Value;
        Assert.Equal(
            Columns,
            body.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(x => x.TrimEnd(',')));
    }

    [GeneratedRegex(
        @"CREATE TABLE \S*user_logins \((?<columns>.*?)\);",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex CreateTable();

    private static async Task<string> DumpAsync(NpgsqlConnectionStringBuilder connection)
    {
        var start = new ProcessStartInfo("pg_dump") { UseShellExecute = false, RedirectStandardOutput = true };
        start.ArgumentList.Add("--schema-only");
        start.ArgumentList.Add("--table=user_logins");
        start.Environment["PGHOST"] = connection.Host;
        start.Environment["PGPORT"] = connection.Port.ToString();
        start.Environment["PGUSER"] = connection.Username;
        start.Environment["PGPASSWORD"] = connection.Password;
        start.Environment["PGDATABASE"] = connection.Database;

        using var process = Process.Start(start)!;
        var dump = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);

        return dump;
    }
}

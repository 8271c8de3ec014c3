using FetchEtl.Logins;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>A migrated database, a report of it as any role, and plain SQL to judge the report.</summary>
public sealed class ReportStore : IAsyncLifetime
{
    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _admin = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(_database.ConnectionString);
        _admin = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _admin.DisposeAsync();
        await _database.DisposeAsync();
    }

    internal Task<LoginReport> ReportAsync(ReportPlan plan) => ReportOfAsync(plan, _database.ConnectionString);

    /// <summary>Reports on the <c>user_logins</c> of another schema.</summary>
    internal Task<LoginReport> ReportInAsync(ReportPlan plan, string schema) => ReportOfAsync(
        plan, new NpgsqlConnectionStringBuilder(_database.ConnectionString) { SearchPath = schema }.ConnectionString);

    /// <summary>Reports as a role with only these rights.</summary>
    internal async Task<LoginReport> ReportAsAsync(ReportPlan plan, params string[] grants)
    {
        var (_, connectionString) = await _database.CreateRoleAsync(grants);
        return await ReportOfAsync(plan, connectionString);
    }

    internal async Task ExecuteAsync(string sql)
    {
        await using var command = _admin.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The rows of a statement that returns a text, a text and a number.</summary>
    internal async Task<IReadOnlyList<(string? Group, string? Person, long Count)>> PairsAsync(string sql)
    {
        var rows = new List<(string?, string?, long)>();
        await using var command = _admin.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add((Text(0), Text(1), reader.GetInt64(2)));
        }

        return rows;

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    internal async Task<long> NumberAsync(string sql)
    {
        await using var command = _admin.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<LoginReport> ReportOfAsync(ReportPlan plan, string connectionString)
    {
        await using var context =
            new LoginDbContext(new DbContextOptionsBuilder<LoginDbContext>().UseNpgsql(connectionString).Options);
        return await new LoginReporting(context).RunAsync(
            plan, new Progress<ReportProgress>(), CancellationToken.None);
    }
}

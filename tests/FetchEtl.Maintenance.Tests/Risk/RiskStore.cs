using System.Text.Json;
using FetchEtl.Logins;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>A migrated database, an analysis of it as any role, and plain SQL to judge the analysis.</summary>
public sealed class RiskStore : IAsyncLifetime
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

    internal Task<RiskReport> AnalyzeAsync(RiskPlan plan) => AnalyzeAsync(plan, _database.ConnectionString);

    /// <summary>Analyzes as a role with only these rights.</summary>
    internal async Task<RiskReport> AnalyzeAsync(RiskPlan plan, params string[] grants)
    {
        var (_, connectionString) = await _database.CreateRoleAsync(grants);
        return await AnalyzeAsync(plan, connectionString);
    }

    internal async Task ReplaceAsync(IReadOnlyList<UserLogin> logins)
    {
        await ExecuteAsync("TRUNCATE user_logins");
        await using var context = Context(_database.ConnectionString);
        await context.InsertAsync(logins);
    }

    internal async Task ExecuteAsync(string sql)
    {
        await using var command = _admin.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>
    /// The one row that a statement returns, as numbers. As JSON, numerics of any length can be read.
    /// </summary>
    internal async Task<double[]> NumbersAsync(string sql)
    {
        await using var command = _admin.CreateCommand($"SELECT row_to_json(r)::text FROM ({sql}) AS r");
        using var row = JsonDocument.Parse((string)(await command.ExecuteScalarAsync())!);
        return [.. row.RootElement.EnumerateObject().Select(member => member.Value.GetDouble())];
    }

    private static async Task<RiskReport> AnalyzeAsync(RiskPlan plan, string connectionString)
    {
        await using var context = Context(connectionString);
        return await new RiskAnalysis(context).RunAsync(plan, new Progress<RiskProgress>(), CancellationToken.None);
    }

    private static LoginDbContext Context(string connectionString) =>
        new(new DbContextOptionsBuilder<LoginDbContext>().UseNpgsql(connectionString).Options);
}

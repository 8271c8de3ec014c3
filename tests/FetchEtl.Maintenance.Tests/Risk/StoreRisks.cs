using System.Text.Json;
using FetchEtl.Logins;

namespace FetchEtl.Maintenance.Tests;

/// <summary>Analyzes the risk of a store, as any role, and reads what judges the analysis.</summary>
internal static class StoreRisks
{
    public static Task<RiskReport> AnalyzeAsync(this MaintenanceStore store, RiskPlan plan) =>
        AnalyzeAsync(plan, store.AdminConnectionString);

    /// <summary>Analyzes as a role with only these rights.</summary>
    public static async Task<RiskReport> AnalyzeAsync(
        this MaintenanceStore store, RiskPlan plan, params string[] grants) =>
        await AnalyzeAsync(plan, (await store.CreateRoleAsync(grants)).ConnectionString);

    public static async Task ReplaceAsync(this MaintenanceStore store, IReadOnlyList<UserLogin> logins)
    {
        await store.ExecuteAsync("TRUNCATE user_logins");
        await using var session = store.Session();
        await session.InsertAsync(logins);
    }

    /// <summary>
    /// The one row that a statement returns, as numbers. As JSON, numerics of any length can be read.
    /// </summary>
    public static async Task<double[]> NumbersAsync(this MaintenanceStore store, string sql)
    {
        using var row = JsonDocument.Parse(
            await store.ScalarAsync<string>($"SELECT row_to_json(r)::text FROM ({sql}) AS r"));
        return [.. row.RootElement.EnumerateObject().Select(member => member.Value.GetDouble())];
    }

    private static async Task<RiskReport> AnalyzeAsync(RiskPlan plan, string connectionString)
    {
        await using var session = MaintenanceStore.Session(connectionString);
        return await new RiskAnalysis(session).RunAsync(plan, new Progress<RiskProgress>(), CancellationToken.None);
    }
}

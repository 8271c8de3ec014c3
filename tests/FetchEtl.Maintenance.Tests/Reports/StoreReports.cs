using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>Reports on a store, as any role, and reads what judges them.</summary>
internal static class StoreReports
{
    public static Task<LoginReport> ReportAsync(this MaintenanceStore store, ReportPlan plan) =>
        ReportAsync(plan, store.AdminConnectionString);

    /// <summary>Reports on the <c>user_logins</c> of another schema.</summary>
    public static Task<LoginReport> ReportInAsync(this MaintenanceStore store, ReportPlan plan, string schema)
    {
        var connection = new NpgsqlConnectionStringBuilder(store.AdminConnectionString) { SearchPath = schema };
        return ReportAsync(plan, connection.ConnectionString);
    }

    /// <summary>Reports as a role with only these rights.</summary>
    public static async Task<LoginReport> ReportAsAsync(
        this MaintenanceStore store, ReportPlan plan, params string[] grants) =>
        await ReportAsync(plan, (await store.CreateRoleAsync(grants)).ConnectionString);

    /// <summary>The rows of a statement that returns a text, a text and a number.</summary>
    public static async Task<IReadOnlyList<(string? Group, string? Person, long Count)>> PairsAsync(
        this MaintenanceStore store, string sql)
    {
        return await store.QueryAsync(sql, static row => (Text(row, 0), Text(row, 1), row.GetInt64(2)));

        static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }

    private static async Task<LoginReport> ReportAsync(ReportPlan plan, string connectionString)
    {
        await using var session = MaintenanceStore.Session(connectionString);
        return await new LoginReporting(session).RunAsync(
            plan, new Progress<ReportProgress>(), CancellationToken.None);
    }
}

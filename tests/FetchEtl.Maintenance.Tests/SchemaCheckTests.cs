using FetchEtl.Logins;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>A schema in which others may create objects is reported with its roles and the remedy.</summary>
public sealed class SchemaCheckTests : IAsyncLifetime
{
    private MaintenanceStore _store = null!;

    public async Task InitializeAsync() => _store = await MaintenanceStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task The_reported_statement_closes_a_schema_in_which_others_may_create()
    {
        await _store.ExecuteAsync("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
        Assert.Empty(await FindAsync());
        await _store.ExecuteAsync("GRANT CREATE ON SCHEMA public TO PUBLIC");

        var finding = Assert.Single(await FindAsync());

        Assert.Contains("schema public, which names are looked up in: PUBLIC.", finding, StringComparison.Ordinal);
        await _store.ExecuteAsync(finding.Split("Remedy: ")[1]);
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task Only_roles_that_are_neither_superuser_nor_owner_nor_the_session_s_own_are_named()
    {
        var role = await _store.UseRoleAsync();
        await _store.ExecuteAsync(
            $"REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT CREATE ON SCHEMA public TO {role}, CURRENT_USER");

        Assert.Contains($": {role}.", Assert.Single(await FindAsync(asAdmin: true)), StringComparison.Ordinal);
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task A_search_path_with_pg_catalog_behind_a_schema_is_reported()
    {
        await _store.ExecuteAsync("REVOKE CREATE ON SCHEMA public FROM PUBLIC");

        var finding = Assert.Single(await FindAsync("public,pg_catalog"));

        Assert.StartsWith("The search_path names pg_catalog behind schema public", finding, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> FindAsync(string? searchPath = null, bool asAdmin = false)
    {
        var connectionString = asAdmin ? _store.AdminConnectionString : _store.ConnectionString;
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = searchPath }.ConnectionString);
        await connection.OpenAsync();
        return await SchemaCheck.FindAsync(connection);
    }
}

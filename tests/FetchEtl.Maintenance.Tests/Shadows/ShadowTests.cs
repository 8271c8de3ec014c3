using FetchEtl.Local;
using FetchEtl.Testing;
using Npgsql;
using Xunit.Abstractions;

namespace FetchEtl.Maintenance.Tests;

/// <summary>
/// A role that may create objects in the schema places functions and operators there that match a statement's types
/// better than PostgreSQL's own (the class of CVE-2018-1058). None is ever called, so its code never runs with the
/// rights of the service or of an administrator.
/// </summary>
[Trait("Category", "Slow")]
public sealed class ShadowTests(ITestOutputHelper output) : IDisposable
{
    private readonly VaultKeyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task No_statement_calls_a_function_or_operator_that_another_role_placed_in_the_schema()
    {
        await using var server = await LocalPostgres.StartAsync(new LocalPostgresOptions
        {
            Settings = new Dictionary<string, string> { ["log_statement"] = "all" },
        });
        var plain = await CreateDatabaseAsync(server, "plain");
        foreach (var (_, run) in new EveryStatement(plain, _files).Steps)
        {
            await run();
        }

        var statements = await File.ReadAllTextAsync(server.LogFile);
        var attacked = await CreateDatabaseAsync(server, "attacked");
        var (operators, functions) = await Shadows.PlantAsync(attacked, statements);
        output.WriteLine($"{operators} operators and {functions} functions were planted.");
        Assert.True(operators > 2000 && functions > 2000, "Too few shadows were planted to prove anything.");
        await ProveThatAShadowIsCalledAsync(server, attacked);

        var failures = new List<string>();
        foreach (var (name, run) in new EveryStatement(attacked, _files).Steps)
        {
            var earlier = (await File.ReadAllTextAsync(server.LogFile)).Length;
            var failure = await Record.ExceptionAsync(() => run().WaitAsync(TimeSpan.FromMinutes(2)));
            var called = Shadows.CalledIn((await File.ReadAllTextAsync(server.LogFile))[earlier..]);
            failures.AddRange(called.Select(shadow => $"{name} called {shadow}"));
            if (failure is not null)
            {
                failures.Add($"{name} failed: {failure.GetType().Name} {failure.Message}");
                break;
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    /// <summary>The statement of the first report: varchar has no operator of its own.</summary>
    private static async Task ProveThatAShadowIsCalledAsync(LocalPostgres server, string connectionString)
    {
        var earlier = (await File.ReadAllTextAsync(server.LogFile)).Length;
        await Shadows.ExecuteAsync(connectionString, "SELECT 'a'::varchar = 'b'::text, length('a'::varchar)");
        Assert.Equal(
            ["= (varchar, text)", "length (varchar)"],
            Shadows.CalledIn((await File.ReadAllTextAsync(server.LogFile))[earlier..]));
    }

    private static async Task<string> CreateDatabaseAsync(LocalPostgres server, string name)
    {
        await Shadows.ExecuteAsync(server.ConnectionString, $"CREATE DATABASE {name}");
        return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString;
    }
}

using Npgsql;

namespace FetchEtl.Logins.Tests;

public sealed class DurableInsertTests : IAsyncLifetime
{
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PostgreSQL_evaluates_the_condition_once_a_statement(bool hasErased)
    {
        var insert = new DurableInsert(LoginTables.Default, new KeyedPiiMasker(_store.Masking), new TableForm());
        if (hasErased)
        {
            await _store.EraseAsync(Guid.NewGuid());
            await using var database = _store.Session();
            await insert.LookForErasedAsync(database, CancellationToken.None);
        }

        await using var source = NpgsqlDataSource.Create(_store.ConnectionString);
        await using var command = source.CreateCommand("EXPLAIN " + insert.Sql);
        command.Parameters.AddRange(UnnestInsert.Parameters(LoginStore.Logins(100)));
        command.Parameters.Add(new NpgsqlParameter<int>("generation", 1));
        command.Parameters.Add(new NpgsqlParameter<string>("mac", "mac"));

        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0).Trim());
        }

        // An InitPlan runs once; its result decides before the first row. A SubPlan would run for each row.
        Assert.Contains(plan, line => line.StartsWith("One-Time Filter: ", StringComparison.Ordinal));
        Assert.Contains(plan, line => line.StartsWith("InitPlan ", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("SubPlan", StringComparison.Ordinal));

        // Only a database with erased messages pays for the search in erased_messages.
        Assert.Equal(hasErased, plan.Exists(line => line.Contains("on erased_messages", StringComparison.Ordinal)));
    }
}

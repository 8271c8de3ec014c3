using FetchEtl.Testing;
using Xunit.Abstractions;

namespace FetchEtl.Migrations.Tests;

public sealed class PartitionHistoryTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Histories = 5;

    private PostgresDatabase _database = null!;

    public async Task InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    /// <summary>
    /// Hazards: a row that is copied and mirrored, a row that is neither, and one of an insert that is rolled back.
    /// </summary>
    [Fact]
    public async Task A_kill_between_any_two_statements_neither_loses_nor_doubles_a_row_whatever_others_insert()
    {
        var (kills, concurrent) = (0, 0);
        var first = int.TryParse(Environment.GetEnvironmentVariable("FETCHETL_SEED"), out var seed) ? seed : 1;
        for (var number = first; number < first + Histories; number++)
        {
            await using var history = await PartitionHistory.CreateAsync(_database.ConnectionString, number);
            try
            {
                await history.RunAsync();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"History {number} failed.", exception);
            }

            kills += history.Kills;
            concurrent += history.Concurrent;
        }

        output.WriteLine($"{kills} kills, {concurrent} rows between statements");
        Assert.True(kills >= Histories && concurrent > Histories, $"{kills} kills, {concurrent} rows");
    }
}

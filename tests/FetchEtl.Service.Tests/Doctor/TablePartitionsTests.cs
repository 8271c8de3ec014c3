using FetchEtl.Logins;
using FetchEtl.Maintenance;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Service.Tests;

/// <summary>What <c>doctor</c> says of partitions.</summary>
public sealed class TablePartitionsTests
{
    private static readonly DateOnly Today = new(2026, 11, 27);

    [Fact]
    public void A_plain_table_has_no_finding_and_partitions_ahead_are_well()
    {
        Assert.Empty(TablePartitions.Judge(new PartitionLayout(false, [], []), Today));
        var finding = Assert.Single(TablePartitions.Judge(Layout(Month(11), Month(12)), Today));
        Assert.Equal(CheckStatus.Ok, finding.Status);
        Assert.EndsWith("by month: 2 partitions, the last one ends before 2027-01-01", finding.Found);
    }

    [Fact]
    public void A_missing_partition_and_interrupted_work_are_warned_of_with_the_remedy()
    {
        var layout = Layout(Month(10) with { IsDetachPending = true }, Month(11)) with
        {
            Detached = [Month(9) with { IsDetached = true, IsDropPending = true }, Month(8) with { IsDetached = true }],
        };

        var findings = TablePartitions.Judge(layout, Today).ToList();

        Assert.All(findings, finding => Assert.Equal(CheckStatus.Warning, finding.Status));
        Assert.Equal(
            [
                "run 'fetch-etl partitions', which finishes it", "run 'fetch-etl partitions --keep' again, as before",
                "run 'fetch-etl partitions' daily",
            ],
            findings.Select(finding => finding.Remedy));
    }

    [Fact]
    public void A_partition_whose_range_is_not_of_days_is_warned_of() => Assert.Contains(
        "p11 is a partition of user_logins whose bounds are no days",
        TablePartitions.Judge(Layout(Month(11) with { IsOtherRange = true, From = null, To = null }), Today)
            .First().Found,
        StringComparison.Ordinal);

    [Fact]
    public void The_remedy_of_a_missing_unique_index_fits_the_table()
    {
        Assert.Contains("CONCURRENTLY", TableRights.NoUniqueIndex(isPartitioned: false).Remedy);
        Assert.Contains("(message_id, create_date)", TableRights.NoUniqueIndex(isPartitioned: true).Remedy);
    }

    [Fact]
    public async Task The_right_that_a_partitioned_table_alone_needs_is_named_there_alone()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await LoginMigrations.MigrateAsync(database.ConnectionString);
        var plain = await MissingAsync();
        await using (var conversion = await PartitionConversion.OpenAsync(
            database.ConnectionString, static _ => { }, TimeProvider.System))
        {
            await conversion.RunAsync(PartitionInterval.Day, new Progress<PartitionProgress>());
        }

        Assert.Empty(plain);
        Assert.Equal([("SELECT (create_date)", "user_logins")], await MissingAsync());

        async Task<IReadOnlyList<(string Right, string Table)>> MissingAsync()
        {
            var (_, role) = await database.CreateRoleAsync(
                "INSERT, SELECT (message_id) ON user_logins", "SELECT ON masking_generations",
                "SELECT ON erased_messages");
            await using var connection = new NpgsqlConnection(role);
            await connection.OpenAsync();
            return await TableRights.FindMissingAsync(connection, hasVault: false, CancellationToken.None);
        }
    }

    private static PartitionLayout Layout(params Partition[] partitions) => new(true, partitions, []);

    private static Partition Month(int month) => new(
        $"p{month}", new DateOnly(2026, month, 1), new DateOnly(2026, month, 1).AddMonths(1), 1, 1);
}

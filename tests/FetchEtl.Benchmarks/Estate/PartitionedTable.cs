using FetchEtl.Logins;
using FetchEtl.Migrations;

namespace FetchEtl.Benchmarks;

/// <summary>Makes a <c>user_logins</c> partitioned, as <c>fetch-etl migrate --partition-by</c> does.</summary>
internal static class PartitionedTable
{
    /// <param name="connectionString">Npgsql's connection string of the table's owner.</param>
    /// <param name="interval">The interval of the partitions.</param>
    /// <param name="cancellationToken">Cancels the statement under way.</param>
    public static async Task CreateAsync(
        string connectionString, PartitionInterval interval, CancellationToken cancellationToken)
    {
        await using var conversion = await PartitionConversion.OpenAsync(
            connectionString, static _ => { }, TimeProvider.System, cancellationToken);
        await conversion.RunAsync(interval, new Progress<PartitionProgress>(), cancellationToken);
    }
}

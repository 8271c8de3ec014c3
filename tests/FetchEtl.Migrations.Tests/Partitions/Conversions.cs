using FetchEtl.Logins;

namespace FetchEtl.Migrations.Tests;

/// <summary>Runs conversions to partitions.</summary>
internal static class Conversions
{
    public static async Task RunAsync(
        string connectionString, PartitionInterval interval, Reports reports, TimeProvider time)
    {
        await using var conversion = await PartitionConversion.OpenAsync(connectionString, reports.Add, time);
        await conversion.RunAsync(interval, new Progress<PartitionProgress>());
    }

    /// <summary>Begins one by month, and ends it when all rows are copied.</summary>
    public static async Task StopAfterCopyAsync(string connectionString, Reports reports, TimeProvider time)
    {
        await using var conversion = await PartitionConversion.OpenAsync(
            connectionString,
            reports.Add,
            time,
            PartitionConversion.DefaultBatchBlocks,
            sql =>
            {
                if (sql.StartsWith("ANALYZE", StringComparison.Ordinal))
                {
                    throw new TimeoutException();
                }
            },
            CancellationToken.None);
        await Assert.ThrowsAsync<TimeoutException>(
            () => conversion.RunAsync(PartitionInterval.Month, new Progress<PartitionProgress>()));
    }
}

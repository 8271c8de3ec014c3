using FetchEtl.Logins;

namespace FetchEtl.Maintenance;

/// <summary>
/// Brings a lake of Parquet files to what <c>user_logins</c> holds: it compares each day by the sum of its rows'
/// hashes, and writes the days that differ.
/// </summary>
/// <param name="open">Opens a session of the database.</param>
/// <param name="store">The place of the lake, which the caller disposes.</param>
/// <param name="time">The clock, which spaces writes of the manifest.</param>
public sealed class LakeExport(Func<LoginDbContext> open, ILakeStore store, TimeProvider time)
{
    /// <summary>The path of the manifest, which names the files that count.</summary>
    public const string ManifestPath = LakePath.Manifest;

    /// <summary>Runs the export.</summary>
    /// <param name="plan">What to export.</param>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="cancellationToken">Ends it after the file under way; the next run continues.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="LakeException">The place cannot be used, or another export uses it.</exception>
    /// <exception cref="Npgsql.NpgsqlException">PostgreSQL rejected a statement, or could not be reached.</exception>
    public async Task<LakeExportSummary> RunAsync(
        LakeExportPlan plan, IProgress<LakeExportProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(progress);
        await using var locking = open();
        await using var reading = open();
        var table = new LakeTable(reading);
        await table.OpenAsync(cancellationToken);
        await using var exclusive = await LakeLock.TakeAsync(locking, store.Name, cancellationToken);
        await store.OpenAsync(cancellationToken);
        var state = new LakeState(store, plan);
        await state.ReadAsync(cancellationToken);

        progress.Report(new LakeExportProgress("comparing", 0, null));
        var groups = (await table.CompareAsync(plan, cancellationToken)).ToLookup(group => group.Day);
        var run = new LakeRun(table, state, store, exclusive, progress, time);
        var compared = groups.Select(day => day.Key).Union(state.Days.Where(plan.Includes)).ToList();
        if (groups.Count == 0 && compared.Count > 0 && !plan.AllowsEmpty)
        {
            throw new LakeException(
                $"user_logins has no rows of these days, and {store.Name} has {compared.Count} days of them: check "
                + "that ConnectionStrings:Logins names the right database, or add --allow-empty to empty the lake.");
        }

        try
        {
            var changed = compared.Where(day => state.Differs(day, [.. groups[day]])).ToList();
            await run.WriteAsync(
                [.. changed.Select(day => (day, groups[day].Sum(group => group.Rows)))], cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LakeException(
                $"A temporary file for {store.Name} cannot be written: {exception.Message.TrimEnd('.')}. The lake's "
                + "files are whole: make room, and run the export again.",
                exception);
        }

        var swept = await state.SweepAsync(cancellationToken);
        var manifest = state.Manifest;
        return run.Summary with
        {
            DaysCompared = compared.Count,
            FilesRemoved = run.Summary.FilesRemoved + swept,
            Files = manifest.Days.Sum(day => day.Files.Count),
            Rows = manifest.Rows,
            Bytes = manifest.Bytes,
            ForeignFiles = state.ForeignFiles,
            DeviceTypes = groups.SelectMany(day => day).Select(group => group.DeviceType).Distinct().Count(),
        };
    }
}

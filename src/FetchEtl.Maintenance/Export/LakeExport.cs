using FetchEtl.Logins;

namespace FetchEtl.Maintenance;

/// <summary>
/// Brings a lake of Parquet files to what <c>user_logins</c> holds: it compares each day by the sum of its rows'
/// hashes, and writes the days that differ.
/// </summary>
/// <param name="open">Opens a session of the database.</param>
/// <param name="store">The place of the lake, which the caller disposes.</param>
/// <param name="time">The clock, which spaces writes of the manifest.</param>
public sealed class LakeExport(Func<LoginDatabase> open, ILakeStore store, TimeProvider time)
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
        if (groups.Count == 0 && state.DaysOfFiles.Any(plan.Includes) && !plan.AllowsEmpty)
        {
            throw new LakeException(
                $"user_logins has no rows of these days, and {store.Name} has files of them: check that "
                + "ConnectionStrings:Logins names the right database, or add --allow-empty to empty the lake.");
        }

        // The order counts: a partition that is dropped after the comparison must not count as one without rows.
        var covers = await table.ReadCoverageAsync(cancellationToken);
        var kept = Kept(plan, state, day => groups.Contains(day), covers);
        var compared = groups.Select(day => day.Key).Union(state.Days.Where(plan.Includes)).Except(kept).ToList();
        try
        {
            await state.BeginAsync(cancellationToken);
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
            DaysKept = kept.Count,
            FilesRemoved = run.Summary.FilesRemoved + swept,
            Files = manifest.Days.Sum(day => day.Files.Count),
            Rows = manifest.Rows,
            Bytes = manifest.Bytes,
            ForeignFiles = state.ForeignFiles,
            DeviceTypes = groups.SelectMany(day => day).Select(group => group.DeviceType).Distinct().Count(),
        };
    }

    /// <summary>
    /// The days that stay as they are. Rows that were deleted, as an erasure does it, leave the lake; a partition that
    /// was dropped may have left its only copy there. A run that has to write everything cannot keep a day.
    /// </summary>
    private IReadOnlyCollection<DateOnly?> Kept(
        LakeExportPlan plan, LakeState state, Func<DateOnly?, bool> hasRows, Func<DateOnly?, bool> covers)
    {
        if (plan.DropsDays)
        {
            return [];
        }

        var lost = state.DaysOfFiles.Where(day => plan.Includes(day) && !hasRows(day)).ToList();
        return lost.Count == 0 || state.HasSameForm
            ? [.. lost.Where(day => !covers(day))]
            : throw new LakeException(
                $"{store.Name} has no {ManifestPath}, or one of another form, so all files must be written anew; but "
                + $"user_logins no longer has rows of {lost.Count} of its days, such as {LakePath.Name(lost[0])}. "
                + $"Export to another place, bring the former {ManifestPath} or settings back, or add --drop-days "
                + "to remove these days for good.");
    }
}

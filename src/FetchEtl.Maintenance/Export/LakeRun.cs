using System.Security.Cryptography;
using Npgsql;

namespace FetchEtl.Maintenance;

/// <summary>The part of an export that writes.</summary>
/// <param name="table">The rows.</param>
/// <param name="state">What the lake holds.</param>
/// <param name="store">The place.</param>
/// <param name="exclusive">The lock, which must hold whenever the manifest is written.</param>
/// <param name="progress">Receives the progress.</param>
/// <param name="time">The clock.</param>
internal sealed class LakeRun(
    LakeTable table,
    LakeState state,
    ILakeStore store,
    LakeLock exclusive,
    IProgress<LakeExportProgress> progress,
    TimeProvider time)
{
    /// <summary>One statement reads days up to so many rows, or one day.</summary>
    private const long BatchRows = 1_000_000;

    private const int ReportEvery = 4096;

    /// <summary>
    /// Between two collections of garbage. Left alone, the runtime lets as much garbage gather as the processor's cache
    /// holds, which is 260 MB on large machines.
    /// </summary>
    private const int CollectEvery = 32_768;

    /// <summary>A kill costs the work of so long at most, and what the manifest says is no older.</summary>
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(5);

    private readonly LakeFileWriter.Rows _memory = new();
    private readonly HashSet<DateOnly?> _hadRows = [];
    private long _savedAt;
    private long _total;
    private long _done;

    /// <summary>What was done so far.</summary>
    public LakeExportSummary Summary { get; private set; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>Writes days, and removes the files of those that have no rows.</summary>
    /// <param name="days">The days and the rows that they have.</param>
    /// <param name="cancellationToken">Ends it; what is done stays done.</param>
    public async Task WriteAsync(IReadOnlyList<(DateOnly? Day, long Rows)> days, CancellationToken cancellationToken)
    {
        _total = days.Sum(day => day.Rows);
        _hadRows.UnionWith(days.Where(day => day.Rows > 0).Select(day => day.Day));
        _savedAt = time.GetTimestamp();
        try
        {
            foreach (var batch in Batches(days))
            {
                await WriteBatchAsync(batch, cancellationToken);
            }
        }
        catch (Exception)
        {
            try
            {
                await SaveAsync(CancellationToken.None);
            }
            catch (Exception second) when (second is LakeException or NpgsqlException or InvalidOperationException)
            {
                // The first failure says more. The next run writes the days again that are not in the manifest.
            }

            throw;
        }

        await SaveAsync(cancellationToken);
    }

    private static IEnumerable<DateOnly?[]> Batches(IReadOnlyList<(DateOnly? Day, long Rows)> days)
    {
        var batch = new List<DateOnly?>();
        var rows = 0L;
        foreach (var (day, count) in days.Where(day => day.Day is not null).OrderBy(day => day.Day))
        {
            if (batch.Count > 0 && rows + count > BatchRows)
            {
                yield return [.. batch];
                batch.Clear();
                rows = 0;
            }

            batch.Add(day);
            rows += count;
        }

        if (batch.Count > 0)
        {
            yield return [.. batch];
        }

        if (days.Any(day => day.Day is null))
        {
            yield return [null];
        }
    }

    private async Task WriteBatchAsync(DateOnly?[] days, CancellationToken cancellationToken)
    {
        await exclusive.CheckAsync(cancellationToken);
        await state.AnnounceAsync(days.SelectMany(state.FilesOf).Select(file => file.Path), cancellationToken);
        var left = days.ToHashSet();
        var (command, reader) = await table.ReadAsync([.. days.OfType<DateOnly>()], cancellationToken);
        await using (command)
        await using (reader)
        {
            try
            {
                for (var isRow = await reader.ReadAsync(cancellationToken); isRow;)
                {
                    var day = LakeTable.DayOf(reader);
                    var files = new List<LakeFile>();
                    while (isRow && LakeTable.DayOf(reader) == day)
                    {
                        (var file, isRow) = await WriteFileAsync(reader, day, cancellationToken);
                        files.Add(file);
                    }

                    left.Remove(day);
                    await FinishAsync(new LakeDay(day, files), cancellationToken);
                }
            }
            catch (Exception)
            {
                // Else the reader's disposal reads the rest.
                command.Cancel();
                throw;
            }
        }

        // A day whose rows went after the comparison may have lost its partition: the next run sees whether it did.
        foreach (var day in left.Except(_hadRows))
        {
            await FinishAsync(new LakeDay(day, []), cancellationToken);
        }
    }

    /// <summary>Writes the file of the day and device type of the reader's row.</summary>
    /// <returns>The file, and whether the reader stands on a row of the next one.</returns>
    private async Task<(LakeFile File, bool IsRow)> WriteFileAsync(
        NpgsqlDataReader reader, DateOnly? day, CancellationToken cancellationToken)
    {
        var deviceType = LakeTable.DeviceTypeOf(reader);
        await using var stream = store.CreateTemporary();
        await using var writer = await LakeFileWriter.CreateAsync(stream, _memory, cancellationToken);
        bool isRow;
        do
        {
            await writer.AddAsync(reader, LakeTable.FirstColumn);
            if (++_done % CollectEvery == 0)
            {
                GC.Collect();
            }

            if (_done % ReportEvery == 0)
            {
                progress.Report(new LakeExportProgress("writing", _done, Math.Max(_done, _total)));
            }

            isRow = await reader.ReadAsync(cancellationToken);
        }
        while (isRow && LakeTable.DayOf(reader) == day && LakeTable.DeviceTypeOf(reader) == deviceType);

        await writer.CompleteAsync();
        stream.Position = 0;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
        var file = new LakeFile(
            LakePath.Of(deviceType, day),
            deviceType,
            writer.RowCount,
            stream.Length,
            hash,
            writer.Fingerprint,
            writer.Generations);
        await store.PublishAsync(stream, file.Path, cancellationToken);
        return (file, isRow);
    }

    private async Task FinishAsync(LakeDay day, CancellationToken cancellationToken)
    {
        var had = state.FilesOf(day.CreateDate).Count > 0;
        var removed = await state.ReplaceAsync(day, cancellationToken);
        Summary = Summary with
        {
            DaysWritten = Summary.DaysWritten + (day.Files.Count > 0 ? 1 : 0),
            DaysRemoved = Summary.DaysRemoved + (day.Files.Count == 0 && had ? 1 : 0),
            FilesWritten = Summary.FilesWritten + day.Files.Count,
            FilesRemoved = Summary.FilesRemoved + removed,
            RowsWritten = Summary.RowsWritten + day.Files.Sum(file => file.Rows),
            BytesWritten = Summary.BytesWritten + day.Files.Sum(file => file.Bytes),
        };
        progress.Report(new LakeExportProgress("writing", _done, Math.Max(_done, _total)));
        if (time.GetElapsedTime(_savedAt) >= SaveInterval)
        {
            await SaveAsync(cancellationToken);
            _savedAt = time.GetTimestamp();
        }
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        await exclusive.CheckAsync(cancellationToken);
        await state.SaveAsync(cancellationToken);
    }
}

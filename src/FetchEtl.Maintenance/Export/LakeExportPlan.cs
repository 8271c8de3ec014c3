namespace FetchEtl.Maintenance;

/// <summary>What to export.</summary>
public sealed record LakeExportPlan
{
    /// <summary>The first day; null for all, rows without a date included. Earlier files stay as they are.</summary>
    public DateOnly? Since { get; init; }

    /// <summary>The last day; null for all, rows without a date included. Later files stay as they are.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>How the table's versions are encoded, for the manifest.</summary>
    public string AppVersionEncoding { get; init; } = "Ordered";

    /// <summary>Whether a table without rows empties a lake that has some.</summary>
    public bool AllowsEmpty { get; init; }

    /// <summary>Whether days go from the lake whose partitions the table no longer has.</summary>
    public bool DropsDays { get; init; }

    /// <summary>Whether all days are compared.</summary>
    internal bool IsWhole => Since is null && Until is null;

    /// <summary>Whether a day is compared.</summary>
    internal bool Includes(DateOnly? day) =>
        day is { } date ? !(date < Since) && !(date > Until) : IsWhole;
}

/// <summary>What an export did.</summary>
/// <param name="DaysCompared">The days of the table and of the lake that were compared.</param>
/// <param name="DaysWritten">The days that were written, because rows changed.</param>
/// <param name="DaysRemoved">The days whose files were removed, because they have no rows any more.</param>
/// <param name="DaysKept">The days that stay, although the table no longer has their partitions.</param>
/// <param name="FilesWritten">The files that were written.</param>
/// <param name="FilesRemoved">The files that were removed.</param>
/// <param name="RowsWritten">The rows of the files that were written.</param>
/// <param name="BytesWritten">Their bytes.</param>
/// <param name="Files">The files of the lake.</param>
/// <param name="Rows">The rows of the lake.</param>
/// <param name="Bytes">The bytes of the lake.</param>
/// <param name="ForeignFiles">Other files in the lake's folders, which readers that list files may read.</param>
/// <param name="DeviceTypes">The device types of the compared rows.</param>
public sealed record LakeExportSummary(
    int DaysCompared,
    int DaysWritten,
    int DaysRemoved,
    int DaysKept,
    int FilesWritten,
    int FilesRemoved,
    long RowsWritten,
    long BytesWritten,
    int Files,
    long Rows,
    long Bytes,
    int ForeignFiles,
    int DeviceTypes);

/// <summary>How far an export is.</summary>
/// <param name="Stage">The part of the work.</param>
/// <param name="Done">The rows that are done.</param>
/// <param name="Total">All of them; null where that is not known.</param>
public readonly record struct LakeExportProgress(string Stage, long Done, long? Total);

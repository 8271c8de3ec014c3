using System.Text.Json;
using System.Text.Json.Serialization;
using FetchEtl.Logins;

namespace FetchEtl.Maintenance;

/// <summary>
/// What a lake holds: exactly the files that count, and what their columns mean. It has no time and no place in it, so
/// a run that changes nothing leaves it byte for byte equal.
/// </summary>
/// <param name="Format">The version of this document and of the files' layout.</param>
/// <param name="Table">The table.</param>
/// <param name="Compression">How pages are compressed.</param>
/// <param name="RowGroupRows">The most rows in a row group.</param>
/// <param name="AppVersionEncoding">How <c>app_version</c> is encoded: <c>Ordered</c> or <c>Digits</c>.</param>
/// <param name="PartitionColumns">The columns whose values are in the folders' names, and not in the files.</param>
/// <param name="Columns">The columns of the files, in order.</param>
/// <param name="MaskGenerations">The key generations of the masks in all files.</param>
/// <param name="Rows">The rows of all files.</param>
/// <param name="Bytes">The bytes of all files.</param>
/// <param name="Days">The days, in order; rows without a date are last.</param>
internal sealed record LakeManifest(
    int Format,
    string Table,
    string Compression,
    int RowGroupRows,
    string AppVersionEncoding,
    IReadOnlyList<LakeColumn> PartitionColumns,
    IReadOnlyList<LakeColumn> Columns,
    IReadOnlyList<int> MaskGenerations,
    long Rows,
    long Bytes,
    IReadOnlyList<LakeDay> Days)
{
    /// <summary>The version that this program writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>A manifest with these days.</summary>
    public static LakeManifest Of(string appVersionEncoding, IEnumerable<LakeDay> days)
    {
        LakeDay[] ordered = [.. days.OrderBy(day => day.CreateDate ?? DateOnly.MaxValue)];
        var files = ordered.SelectMany(day => day.Files).ToList();
        return new LakeManifest(
            CurrentFormat,
            LoginTables.DefaultTable,
            "zstd",
            LakeFileWriter.RowGroupRows,
            appVersionEncoding,
            [new LakeColumn("device_type", "string"), new LakeColumn("create_date", "date")],
            LakeFileWriter.Columns,
            [.. files.SelectMany(file => file.MaskGenerations).Distinct().Order()],
            files.Sum(file => file.Rows),
            files.Sum(file => file.Bytes),
            ordered);
    }

    /// <exception cref="LakeException">It cannot be read, or another version wrote it.</exception>
    public static LakeManifest Parse(ReadOnlySpan<byte> json)
    {
        LakeManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(json, LakeJson.Default.LakeManifest);
        }
        catch (JsonException)
        {
            manifest = null;
        }

        return manifest switch
        {
            { Format: CurrentFormat, Days: not null, Columns: not null } => manifest,
            { Format: > CurrentFormat } => throw new LakeException(
                $"{LakePath.Manifest} has format {manifest.Format}, which a newer fetch-etl wrote: use that version."),
            _ => throw new LakeException(
                $"{LakePath.Manifest} cannot be read: bring a former one back, or delete it and run without --since "
                + "and --until, which writes every file anew. It needs --drop-days where user_logins no longer has all "
                + "days, and removes those."),
        };
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, LakeJson.Default.LakeManifest);

    /// <summary>Whether files that this describes are as this program would write them.</summary>
    public bool HasSameForm(LakeManifest other) =>
        (Format, Compression, RowGroupRows, AppVersionEncoding)
            == (other.Format, other.Compression, other.RowGroupRows, other.AppVersionEncoding)
        && Columns.SequenceEqual(other.Columns);
}

/// <summary>A column of a lake.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type: <c>string</c>, <c>int32</c> or <c>date</c>.</param>
internal sealed record LakeColumn(string Name, string Type);

/// <summary>The files of a day.</summary>
/// <param name="CreateDate">The day; null for rows without one.</param>
/// <param name="Files">One file for each device type, in order.</param>
internal sealed record LakeDay(DateOnly? CreateDate, IReadOnlyList<LakeFile> Files);

/// <summary>A file of a lake.</summary>
/// <param name="Path">Its place below the lake's root.</param>
/// <param name="DeviceType">The device type of its rows; null for none.</param>
/// <param name="Rows">The number of rows.</param>
/// <param name="Bytes">The size.</param>
/// <param name="Sha256">The SHA-256 of its bytes.</param>
/// <param name="Fingerprint">The sum of its rows' hashes, by which the next run finds what changed.</param>
/// <param name="MaskGenerations">The key generations of its masks.</param>
internal sealed record LakeFile(
    string Path,
    string? DeviceType,
    long Rows,
    long Bytes,
    string Sha256,
    string Fingerprint,
    IReadOnlyList<int> MaskGenerations);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(LakeManifest))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class LakeJson : JsonSerializerContext;

using System.Globalization;
using System.Text;

namespace FetchEtl.Maintenance;

/// <summary>Where files stand in a lake: Hive's layout, whose folders hold the values of two columns.</summary>
internal static class LakePath
{
    /// <summary>What the manifest is called. Readers skip names that begin with an underscore.</summary>
    public const string Manifest = "_manifest.json";

    /// <summary>Names the files that a run is about to replace.</summary>
    public const string Pending = "_tmp/pending.json";

    /// <summary>The one file of a day and a device type. Its name never changes, so a list shows it once.</summary>
    public const string FileName = "part-0.parquet";

    /// <summary>Hive's word for no value.</summary>
    public const string NoValue = "__HIVE_DEFAULT_PARTITION__";

    private const string DeviceTypeFolder = "device_type=";
    private const string DateFolder = "create_date=";

    /// <summary>The characters that Hive and Spark write as % and two hex digits, beside control characters.</summary>
    private const string Escaped = "\"#%'*/:=?\\{[]^";

    /// <summary>The file of a day and a device type.</summary>
    /// <param name="deviceType">The device type; null for none.</param>
    /// <param name="day">The day; null for rows without one.</param>
    public static string Of(string? deviceType, DateOnly? day) =>
        $"{DeviceTypeFolder}{Escape(deviceType)}/{DateFolder}{Name(day)}/{FileName}";

    /// <summary>Whether a file's name is one that this export gives.</summary>
    public static bool IsOwn(string path) => path.Split('/') is [var type, var date, FileName]
        && type.StartsWith(DeviceTypeFolder, StringComparison.Ordinal)
        && date.StartsWith(DateFolder, StringComparison.Ordinal);

    /// <summary>The day of a file of this export; null for rows without one.</summary>
    public static DateOnly? DayOf(string path) => DateOnly.TryParseExact(
        path.Split('/')[1][DateFolder.Length..],
        "yyyy-MM-dd",
        CultureInfo.InvariantCulture,
        DateTimeStyles.None,
        out var day) ? day : null;

    /// <summary>A day as the folder and the manifest name it.</summary>
    public static string Name(DateOnly? day) =>
        day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? NoValue;

    private static string Escape(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return NoValue;
        }

        var text = new StringBuilder(value.Length);
        foreach (var character in value)
        {
            if (character is < ' ' or '\u007f' || Escaped.Contains(character, StringComparison.Ordinal))
            {
                text.Append('%').Append(((int)character).ToString("X2", CultureInfo.InvariantCulture));
            }
            else if (character is '\ufffe' or '\uffff')
            {
                // XML has no such characters, so S3 could neither list nor delete the object: the bytes of UTF-8.
                text.Append(character == '\ufffe' ? "%EF%BF%BE" : "%EF%BF%BF");
            }
            else
            {
                text.Append(character);
            }
        }

        return text.ToString();
    }
}

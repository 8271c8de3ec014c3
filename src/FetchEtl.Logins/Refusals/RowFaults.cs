using System.Text;

namespace FetchEtl.Logins;

/// <summary>Decides whether a row's own values explain why PostgreSQL refuses it.</summary>
internal static class RowFaults
{
    /// <summary>
    /// True for a text longer than the model's column, and for a character that the database cannot hold. All else is
    /// the schema's: constraints, partitions, sequences, triggers, narrower columns.
    /// </summary>
    public static bool IsOwn(DatabaseFault fault, UserLogin row)
    {
        if (fault.IsFromFunction)
        {
            return false;
        }

        return fault.SqlState switch
        {
            "22001" => IsLonger(row.UserId, ColumnLengths.UserId)
                || IsLonger(row.DeviceType, ColumnLengths.DeviceType)
                || IsLonger(row.MaskedIp, ColumnLengths.Mask)
                || IsLonger(row.MaskedDeviceId, ColumnLengths.Mask)
                || IsLonger(row.Locale, ColumnLengths.Locale),
            "22021" or "22P05" => !IsPlain(row.UserId)
                || !IsPlain(row.DeviceType)
                || !IsPlain(row.MaskedIp)
                || !IsPlain(row.MaskedDeviceId)
                || !IsPlain(row.Locale),
            _ => false,
        };
    }

    /// <summary>PostgreSQL's name of a condition that <see cref="IsOwn"/> knows.</summary>
    public static string Name(DatabaseFault fault) => fault.SqlState switch
    {
        "22001" => "string_data_right_truncation",
        "22021" => "character_not_in_repertoire",
        _ => "untranslatable_character",
    };

    /// <summary>Counts as PostgreSQL does; half a surrogate pair counts as one.</summary>
    private static bool IsLonger(string? text, int length)
    {
        if (text is null || text.Length <= length)
        {
            return false;
        }

        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count > length;
    }

    /// <summary>Every encoding of PostgreSQL holds ASCII without U+0000.</summary>
    private static bool IsPlain(string? text) =>
        text is null || (Ascii.IsValid(text) && !text.Contains('\0', StringComparison.Ordinal));
}

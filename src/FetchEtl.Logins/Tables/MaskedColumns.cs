namespace FetchEtl.Logins;

/// <summary>The columns of <c>user_logins</c> that hold masks.</summary>
public static class MaskedColumns
{
    /// <summary>The length of these columns in characters, which every mask fits.</summary>
    public const int Length = ColumnLengths.Mask;

    /// <summary>Returns the column in which a field's masks stand.</summary>
    /// <param name="field">The field.</param>
    /// <returns>The name, such as <c>masked_ip</c>.</returns>
    public static string Column(this PiiField field) =>
        PiiFields.Always.Contains(field) ? $"masked_{field.Name()}" : field.Name();
}

using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>A column that holds masks, or values to be masked.</summary>
/// <param name="Name">
/// The name. As an argument it is the plain name, without quotes; in results it is quoted for SQL where SQL needs that.
/// </param>
/// <param name="Field">The field whose values the column holds.</param>
public readonly record struct MaskedColumn(string Name, PiiField Field)
{
    /// <summary>Returns the columns of <c>user_logins</c> that are masked.</summary>
    /// <param name="settings">The table's settings.</param>
    /// <returns>One column for each masked field.</returns>
    public static IReadOnlyList<MaskedColumn> OfUserLogins(TableSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return [.. settings.Fields.Select(field => new MaskedColumn(field.Column(), field))];
    }
}

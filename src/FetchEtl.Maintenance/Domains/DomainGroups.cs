using System.Globalization;
using FetchEtl.Masking;

namespace FetchEtl.Maintenance;

/// <summary>
/// Numbers the groups that a row belongs to, one for each level. Level 0 shows all columns beside the masks, each next
/// level one less, the last one none. Rows are in one group where they agree in period, in which masks they lack, and
/// in the columns that the level shows.
/// </summary>
/// <remarks>
/// The numbers are keyed hashes: somebody who knew how to choose values with one number could join a group of others.
/// </remarks>
internal sealed class DomainGroups(DomainDefinition definition, DomainMasker masker)
{
    /// <summary>The bounded memory of numbers: logins have few different combinations.</summary>
    private const int MostKnown = 20_000;

    private readonly Dictionary<Combination, long[]> _known = [];

    private readonly bool[] _isShown = [.. DomainDefinition.QuasiColumns.Select(definition.Columns.Contains)];

    /// <summary>The number of levels.</summary>
    public static int Levels => DomainDefinition.QuasiColumns.Length + 1;

    /// <summary>Returns the numbers of a row's groups, level 0 first.</summary>
    public long[] Of(Combination row)
    {
        if (_known.TryGetValue(row, out var numbers))
        {
            return numbers;
        }

        if (_known.Count == MostKnown)
        {
            _known.Clear();
        }

        return _known[row] = [.. Enumerable.Range(0, Levels).Select(level => masker.Group(Text(row, level)))];
    }

    private string Text(Combination row, int level)
    {
        // U+0000 does not occur in a text of PostgreSQL.
        string?[] values =
        [
            row.DeviceType,
            row.Locale,
            row.AppVersion?.ToString(CultureInfo.InvariantCulture),
            row.CreateDate.ToString("O", CultureInfo.InvariantCulture),
        ];
        var shown = values.Take(values.Length - level)
            .Select((value, place) => _isShown[place] ? value is null ? "-" : $"+{value}" : string.Empty);
        return string.Join('\0', [row.Period, row.Masks.ToString(CultureInfo.InvariantCulture), .. shown]);
    }

    /// <summary>What a row's groups depend on.</summary>
    /// <param name="Period">The period's text.</param>
    /// <param name="Masks">A bit for each mask that is not NULL.</param>
    /// <param name="DeviceType">The device type.</param>
    /// <param name="Locale">The locale.</param>
    /// <param name="AppVersion">The version.</param>
    /// <param name="CreateDate">The date.</param>
    internal readonly record struct Combination(
        string Period, int Masks, string? DeviceType, string? Locale, int? AppVersion, DateOnly CreateDate);
}

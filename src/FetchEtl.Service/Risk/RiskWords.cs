using System.Globalization;
using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>The numbers of a risk report as a reader says them.</summary>
internal static class RiskWords
{
    private static readonly (string Unit, double Seconds)[] Units =
        [("years", 365 * 86_400), ("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1)];

    /// <summary>A share as a percentage. What is not 0 or 1 is not shown as such.</summary>
    public static string Share(double share) => share switch
    {
        0 => "0%",
        < 0.001 => "<0.1%",
        < 1 and >= 0.9995 => ">99.9%",
        _ => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#}%"),
    };

    public static string Decimal(double number) => number.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>A time in the largest unit that it holds two of.</summary>
    public static string Duration(double seconds)
    {
        var (unit, size) = Array.Find(Units, unit => seconds >= 2 * unit.Seconds);
        (unit, size) = unit is null ? ("milliseconds", 0.001) : (unit, size);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / size:N0} {unit}");
    }

    /// <summary>What is done to columns, as in <c>create_date by month</c>.</summary>
    public static string Changes(IReadOnlyList<RiskChange> changes) => string.Join(", ", changes.Select(change =>
        change.To == "none" ? $"without {change.Column}" : $"{change.Column} by {change.To}"));

    public static string Sizes(RiskSizes sizes) => sizes switch
    {
        { To: null } => $"{Words.Number(sizes.From)} and more",
        _ when sizes.To == sizes.From => Words.Number(sizes.From),
        _ => $"{Words.Number(sizes.From)} to {Words.Number(sizes.To.Value)}",
    };
}

using System.Text.RegularExpressions;

namespace FetchEtl.Maintenance;

/// <summary>What a group of readers gets of <c>user_logins</c>.</summary>
/// <param name="Name">The domain's name: 1 to 24 lower-case letters, digits and underscores, a letter first.</param>
public sealed partial record DomainDefinition(string Name)
{
    /// <summary>The default of <see cref="MinK"/>.</summary>
    public const int DefaultMinK = 10;

    /// <summary>The most that <see cref="MinK"/> can be.</summary>
    public const int MaxMinK = 1_000_000;

    /// <summary>The default of <see cref="LagDays"/>: as long as SQS keeps a message by default.</summary>
    public const int DefaultLagDays = 4;

    /// <summary>The most that <see cref="LagDays"/> can be: ten years.</summary>
    public const int MaxLagDays = 3650;

    /// <summary>The columns that hold masks.</summary>
    internal static readonly string[] MaskColumns = ["user_id", "masked_ip", "masked_device_id"];

    /// <summary>
    /// The columns by which somebody can recognize a row that he knows. The last one is withheld first where too few
    /// users share the values.
    /// </summary>
    internal static readonly string[] QuasiColumns =
        ["device_type", "locale", "app_version", "create_date"];

    /// <summary>All columns, in the order of <c>user_logins</c>.</summary>
    public static IReadOnlyList<string> AllColumns { get; } =
        ["user_id", "device_type", "masked_ip", "masked_device_id", "locale", "app_version", "create_date"];

    /// <summary>The columns, in the order of <see cref="AllColumns"/>.</summary>
    public IReadOnlyList<string> Columns { get; init; } = AllColumns;

    /// <summary>The time within which masks are equal where values are.</summary>
    public DomainPeriod Period { get; init; }

    /// <summary>
    /// The fewest users, addresses and devices that share what is shown of a row beside its masks, and the fewest masks
    /// that share one frequency. 1 withholds nothing.
    /// </summary>
    public int MinK { get; init; } = DefaultMinK;

    /// <summary>How many days after its end a period is shown.</summary>
    public int LagDays { get; init; } = DefaultLagDays;

    /// <summary>The table's name.</summary>
    public string Table => $"domain_{Name}";

    /// <summary>Checks the definition.</summary>
    /// <returns>Every problem, each with the remedy.</returns>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (!ValidName().IsMatch(Name))
        {
            problems.Add("a domain's name has 1 to 24 lower-case letters, digits and underscores, a letter first.");
        }

        problems.AddRange(Columns.Except(AllColumns).Select(column =>
            $"a domain has no column '{column}': the columns are {string.Join(", ", AllColumns)}."));
        if (Columns.Count == 0)
        {
            problems.Add($"a domain needs a column: the columns are {string.Join(", ", AllColumns)}.");
        }

        if (!Enum.IsDefined(Period))
        {
            problems.Add($"a domain's period is one of {PeriodNames}.");
        }

        if (MinK is < 1 or > MaxMinK)
        {
            problems.Add($"min-k must be 1 to {MaxMinK}, is {MinK}.");
        }

        if (LagDays is < 0 or > MaxLagDays)
        {
            problems.Add($"lag must be 0 to {MaxLagDays} days, is {LagDays}.");
        }

        return problems;
    }

    /// <summary>The names of the periods, for help and errors.</summary>
    public static string PeriodNames { get; } =
        string.Join(", ", Enum.GetValues<DomainPeriod>().Select(period => period.Name()));

    /// <summary>Returns a period's name.</summary>
    /// <param name="period">The period.</param>
    /// <returns>The name, such as <c>month</c>.</returns>
    public static string NameOf(DomainPeriod period) => period.Name();

    /// <summary>Reads a period's name.</summary>
    /// <param name="text">The name, such as <c>month</c>.</param>
    /// <returns>The period; an undefined value, which <see cref="Problems"/> reports, where there is none.</returns>
    public static DomainPeriod ParsePeriod(string? text) =>
        DomainPeriods.TryParse(text, out var period) ? period : (DomainPeriod)(-1);

    [GeneratedRegex(@"^[a-z][a-z0-9_]{0,23}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ValidName();
}

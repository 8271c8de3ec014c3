namespace FetchEtl.Maintenance;

/// <summary>
/// What a period's logins add up to. It names no group of fewer people than the plan's limit, and nothing in it lets
/// such a group be computed.
/// </summary>
/// <param name="Version">The version of this form: 1.</param>
/// <param name="Since">The first day.</param>
/// <param name="Until">The last day.</param>
/// <param name="MinK">The people below which a group is merged with others.</param>
/// <param name="Top">How many groups each list names.</param>
/// <param name="IsWithheld">
/// Whether the whole period is such a group. Then all that follows is empty, except the generations and the dead
/// letters.
/// </param>
/// <param name="Totals">The counts of the period; null where they are withheld.</param>
/// <param name="Missing">How much of each column is NULL.</param>
/// <param name="Days">All days of the period.</param>
/// <param name="OtherDays">The merged days, with their logins; null where there are none.</param>
/// <param name="OtherNewDevices">
/// The days whose first-seen devices are merged; null where there are none, or where they have too few people together.
/// </param>
/// <param name="DeviceTypes">Logins by <c>device_type</c>.</param>
/// <param name="Locales">Logins by <c>locale</c>.</param>
/// <param name="Versions">Logins by version, as text.</param>
/// <param name="Devices">The most repeated masks of devices.</param>
/// <param name="Addresses">The most repeated masks of addresses.</param>
/// <param name="MixedGenerations">
/// The columns with masks of several generations, in which one value counts as several.
/// </param>
public sealed record LoginReport(
    int Version,
    DateOnly Since,
    DateOnly Until,
    int MinK,
    int Top,
    bool IsWithheld,
    ReportTotals? Totals,
    IReadOnlyList<ReportMissing> Missing,
    IReadOnlyList<ReportDay> Days,
    ReportOther? OtherDays,
    ReportOther? OtherNewDevices,
    ReportList DeviceTypes,
    ReportList Locales,
    ReportList Versions,
    ReportList Devices,
    ReportList Addresses,
    IReadOnlyList<RiskGenerations> MixedGenerations)
{
    /// <summary>The dead letters; null where they were not asked for.</summary>
    public ReportLetters? DeadLetters { get; init; }
}

/// <summary>The counts of a period.</summary>
/// <param name="Logins">The rows.</param>
/// <param name="Users">The distinct user ids.</param>
/// <param name="Devices">The distinct masks of devices.</param>
/// <param name="Addresses">The distinct masks of addresses.</param>
public sealed record ReportTotals(long Logins, long Users, long Devices, long Addresses);

/// <summary>How much of a column is NULL.</summary>
/// <param name="Column">The column.</param>
/// <param name="Share">The share of logins, 0 to 1; null where too few people are behind it.</param>
public sealed record ReportMissing(string Column, double? Share);

/// <summary>A day.</summary>
/// <param name="Date">The day, of UTC.</param>
/// <param name="Logins">Its logins; null where the day is merged with others.</param>
/// <param name="NewDevices">
/// The devices whose first row of the whole table is of this day; null where they, or the day's logins, are merged with
/// others, and on all days where new devices have too few people.
/// </param>
public sealed record ReportDay(DateOnly Date, long? Logins, long? NewDevices);

/// <summary>The groups of a column.</summary>
/// <param name="Groups">The named ones, the largest first.</param>
/// <param name="Other">All others; null where there are none.</param>
public sealed record ReportList(IReadOnlyList<ReportGroup> Groups, ReportOther? Other);

/// <summary>A named group.</summary>
/// <param name="Value">The value that its rows share; null for NULL.</param>
/// <param name="Count">Its rows.</param>
public sealed record ReportGroup(string? Value, long Count);

/// <summary>Groups that are not named: they are small, or beyond the first ones.</summary>
/// <param name="Groups">How many.</param>
/// <param name="Count">What they count together.</param>
public sealed record ReportOther(long Groups, long Count);

/// <summary>The letters of a dead-letter queue at the time of the report, whatever their date.</summary>
/// <param name="Queue">The queue; null where the settings name none.</param>
/// <param name="Count">The letters; null where they could not be read, or are too few to be counted.</param>
/// <param name="AllSeen">Whether all letters were seen.</param>
/// <param name="Reasons">Letters by reason.</param>
/// <param name="Problem">That they could not be read; null where they were.</param>
public sealed record ReportLetters(string? Queue, long? Count, bool AllSeen, ReportList Reasons, string? Problem);

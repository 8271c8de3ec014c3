namespace FetchEtl.Maintenance;

/// <summary>What a report counts.</summary>
public sealed record ReportPlan
{
    /// <summary>The people below which a group is merged with others, unless the plan says otherwise.</summary>
    public const int DefaultMinK = 5;

    /// <summary>The groups that are named in each list, unless the plan says otherwise.</summary>
    public const int DefaultTop = 10;

    /// <summary>The days of a period, unless the plan says otherwise.</summary>
    public const int DefaultDays = 30;

    /// <summary>The most days of a period: each is a part of the report.</summary>
    public const int MaxDays = 3660;

    /// <summary>The most groups that a list may name.</summary>
    public const int MaxTop = 1000;

    /// <summary>The first <c>create_date</c>, a day of UTC.</summary>
    public required DateOnly Since { get; init; }

    /// <summary>The last <c>create_date</c>; it is counted.</summary>
    public required DateOnly Until { get; init; }

    /// <summary>The people below which a group is merged with others; 1 merges none.</summary>
    public int MinK { get; init; } = DefaultMinK;

    /// <summary>How many groups each list names, 1 to <see cref="MaxTop"/>. Days are all named.</summary>
    public int Top { get; init; } = DefaultTop;

    /// <summary>
    /// Whether <c>app_version</c> holds ordered codes, which are shown as versions; else numbers are shown.
    /// </summary>
    public bool HasOrderedVersions { get; init; } = true;
}

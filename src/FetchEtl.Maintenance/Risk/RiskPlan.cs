using FetchEtl.Logins;

namespace FetchEtl.Maintenance;

/// <summary>What a risk analysis measures.</summary>
public sealed record RiskPlan
{
    /// <summary>The rows that are read at most, unless the plan says otherwise: about 1.5 GB of memory.</summary>
    public const int DefaultMaxRows = 10_000_000;

    /// <summary>The least number of people that a class should hold, unless the plan says otherwise.</summary>
    public const int DefaultMinK = 5;

    /// <summary>
    /// The messages per second that one sender was seen to push through the service on two cores; docs/benchmarks.md.
    /// </summary>
    public const int DefaultOracleRate = 25_000;

    /// <summary>
    /// The quasi-identifiers of <c>user_logins</c>: what somebody can know of another person's login.
    /// </summary>
    public static IReadOnlyList<string> DefaultQuasi { get; } =
        ["device_type", "locale", "app_version", "create_date"];

    /// <summary>
    /// The columns that a person of a class is linked by: anyone who learns one of them finds more rows.
    /// </summary>
    public static IReadOnlyList<string> DefaultSensitive { get; } = ["masked_ip", "masked_device_id"];

    /// <summary>The table, written as in SQL. A view can be measured, too.</summary>
    public string Table { get; init; } = LoginTables.DefaultTable;

    /// <summary>The quasi-identifiers, by their plain names.</summary>
    public IReadOnlyList<string> Quasi { get; init; } = DefaultQuasi;

    /// <summary>The column that says whose row it is. Null where each row is a person of its own.</summary>
    public string? Person { get; init; } = "user_id";

    /// <summary>
    /// The columns whose diversity is measured. Null means those of <see cref="DefaultSensitive"/> that the table has
    /// and that are no quasi-identifiers.
    /// </summary>
    public IReadOnlyList<string>? Sensitive { get; init; }

    /// <summary>The number of people below which a class is at risk, at least 2.</summary>
    public int MinK { get; init; } = DefaultMinK;

    /// <summary>The first <c>create_date</c> to read; null for no limit.</summary>
    public DateOnly? Since { get; init; }

    /// <summary>The last <c>create_date</c> to read; null for no limit.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>
    /// The number of people that the table's people are drawn from. Null means that the table holds all of them.
    /// </summary>
    public long? Population { get; init; }

    /// <summary>The messages per second that somebody who may send can push through the service.</summary>
    public double OracleRate { get; init; } = DefaultOracleRate;

    /// <summary>Whether <c>app_version</c> holds ordered codes, which can be coarsened to minor and major.</summary>
    public bool HasOrderedVersions { get; init; } = true;

    /// <summary>The most rows to read: each takes about 150 bytes of memory.</summary>
    public int MaxRows { get; init; } = DefaultMaxRows;
}

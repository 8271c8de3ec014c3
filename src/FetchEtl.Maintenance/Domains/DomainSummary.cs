namespace FetchEtl.Maintenance;

/// <summary>The result of a refresh.</summary>
/// <param name="Definition">What the readers get.</param>
/// <param name="ShownUntil">The first day that is not shown.</param>
/// <param name="Rows">The rows of the table.</param>
/// <param name="Reduced">The rows among them that lack one or more of the columns beside the masks.</param>
/// <param name="HiddenMasks">The masks that are NULL because too few masks are as frequent.</param>
/// <param name="Withheld">The rows that are left out, because too few users share what would be shown of them.</param>
/// <param name="NotYet">The rows of days that are not shown yet.</param>
/// <param name="Undated">The rows without a date, which are in no period.</param>
/// <param name="Elapsed">The time that it took.</param>
public sealed record DomainSummary(
    DomainDefinition Definition,
    DateOnly ShownUntil,
    long Rows,
    long Reduced,
    long HiddenMasks,
    long Withheld,
    long NotYet,
    long Undated,
    TimeSpan Elapsed);

namespace FetchEtl.Maintenance;

/// <summary>A domain, and how current its table is.</summary>
/// <param name="Definition">What its readers get.</param>
/// <param name="Readers">The roles that may read its table, beside its owner and superusers.</param>
/// <param name="RefreshedAt">When it was last refreshed; null where it is still empty.</param>
/// <param name="ShownUntil">The first day that the table does not show.</param>
/// <param name="DueUntil">The first day that a refresh would not show now.</param>
/// <param name="Rows">The rows of the table.</param>
/// <param name="Withheld">
/// The rows of the days shown that are left out, because too few users share what would be shown of them.
/// </param>
/// <param name="Generation">The key generation under which the table was filled.</param>
/// <param name="NewestGeneration">The newest generation that is registered; null where there is none.</param>
public sealed record DomainStatus(
    DomainDefinition Definition,
    IReadOnlyList<string> Readers,
    DateTimeOffset? RefreshedAt,
    DateOnly? ShownUntil,
    DateOnly DueUntil,
    long Rows,
    long Withheld,
    int? Generation,
    int? NewestGeneration)
{
    /// <summary>The days that a refresh would add; null where the table was never refreshed.</summary>
    public int? BehindDays => ShownUntil is { } shown ? Math.Max(0, DueUntil.DayNumber - shown.DayNumber) : null;

    /// <summary>Whether a key was added since the last refresh, whose masks the table would get.</summary>
    public bool IsKeyBehind => Generation is { } used && NewestGeneration > used;
}

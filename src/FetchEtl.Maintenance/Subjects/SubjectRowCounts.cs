namespace FetchEtl.Maintenance;

/// <summary>How many rows of <c>user_logins</c> are a person's.</summary>
/// <param name="Rows">The number.</param>
/// <param name="First">The date of the oldest; null where no row has one.</param>
/// <param name="Last">The date of the newest.</param>
public sealed record SubjectRowCounts(long Rows, DateOnly? First, DateOnly? Last);

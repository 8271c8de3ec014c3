namespace FetchEtl.Migrations;

/// <summary>The old table, which a conversion to partitions keeps.</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="Bytes">Its size with its indexes.</param>
/// <param name="NewRows">The rows of <c>user_logins</c>, which took its place.</param>
public sealed record KeptTable(long Rows, long Bytes, long NewRows);

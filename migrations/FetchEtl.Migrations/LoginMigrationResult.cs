namespace FetchEtl.Migrations;

/// <summary>What a call of <see cref="LoginMigrations"/> did.</summary>
/// <param name="Outcome">What happened to <c>user_logins</c>.</param>
/// <param name="Applied">The ids of the migrations that this call applied, in their order.</param>
/// <param name="AdoptedRows">The rows of a table that was adopted; null where none was.</param>
public sealed record LoginMigrationResult(
    LoginMigrationOutcome Outcome, IReadOnlyList<string> Applied, long? AdoptedRows);

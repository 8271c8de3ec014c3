namespace FetchEtl.Migrations;

/// <summary>What a migration did to <c>user_logins</c>.</summary>
public enum LoginMigrationOutcome
{
    /// <summary>All migrations had been applied before.</summary>
    Unchanged = 0,

    /// <summary>The table is new.</summary>
    Created = 1,

    /// <summary>The table was there, with or without rows, and is prepared for logins now.</summary>
    Adopted = 2,

    /// <summary>The table was FetchEtl's own, and newer migrations were applied.</summary>
    Updated = 3,
}

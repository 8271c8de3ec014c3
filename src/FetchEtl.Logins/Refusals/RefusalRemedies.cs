namespace FetchEtl.Logins;

/// <summary>What refuses a row, with the names of the schema, and what an operator does about it.</summary>
internal static class RefusalRemedies
{
    public const string CharacterNotInRepertoire = "a text has a character that the database's encoding cannot hold";

    public static string For(ServerError error)
    {
        var table = error.Table is null ? "the table of the logins" : $"table {error.Table}";
        var constraint = error.Constraint is null
            ? $"a constraint of {table}"
            : $"constraint {error.Constraint} of {table}";
        return error.SqlState switch
        {
            "2200H" => "a sequence is at its end: raise its MAXVALUE with ALTER SEQUENCE, and give the column that it "
                + "fills the type bigint",
            "22003" => "a number is out of the range of its column, such as a serial column past 2147483647: give the "
                + "column the type bigint",
            "22001" when !error.IsFromFunction => "a column is narrower than logins may be long: run the migrations, "
                + "or widen it to the length in docs/architecture.md",
            "22021" or "22P05" when !error.IsFromFunction => CharacterNotInRepertoire
                + ": a database in UTF8 holds all but U+0000",

            "23502" when error.Column is not null =>
                $"column {error.Column} of {table} is NOT NULL: drop that, or give the column a default",
            "23502" => $"a column of {table} is NOT NULL: drop that, or give the column a default",
            "23503" =>
                $"{constraint} refuses rows without a row in the table that it references: add those, or drop it",
            "23505" => $"{constraint} refuses a second row with the same values: drop it, as logins repeat, or, where "
                + "a sequence fills the column, set the sequence past the largest value (setval)",
            "23514" when error.Routine is "ExecFindPartition" or "ExecPartitionCheckEmitError" =>
                $"{table} has no partition for the row: create or attach it",
            "23514" => $"{constraint} refuses rows: drop it, or let it accept every login",
            "23P01" => $"{constraint} refuses rows that overlap others: drop it",
            "42501" when !error.IsFromFunction => "a policy of row-level security refuses rows: let the service's role "
                + "insert every login (ALTER POLICY, or BYPASSRLS)",
            "44000" => "the check option of the view that takes logins refuses rows: drop it, or let the view accept "
                + "them",

            "P0001" => "a trigger or function raised it: its text is in PostgreSQL's log; drop or correct it",
            _ when error.IsFromFunction =>
                $"a trigger or function failed{On(error)}: PostgreSQL's log names it; drop or correct it",
            _ => $"PostgreSQL refuses rows{On(error)}: its log says why",
        };
    }

    private static string On(ServerError error) => error.Table is null ? string.Empty : $" on table {error.Table}";
}

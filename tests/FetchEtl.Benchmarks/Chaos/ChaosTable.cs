namespace FetchEtl.Benchmarks;

/// <summary>
/// What operators add to the table of the run: a serial column with a unique constraint, an audit table partitioned by
/// date that a trigger fills, and a trigger that checks rows. The strikes break each of them.
/// </summary>
internal static class ChaosTable
{
    public const string DropPartition = "DROP TABLE IF EXISTS login_audit_all";

    public const string AddPartition =
        "CREATE TABLE IF NOT EXISTS login_audit_all PARTITION OF login_audit FOR VALUES FROM (MINVALUE) TO (MAXVALUE)";

    /// <summary>The next ids are those of the first rows.</summary>
    public const string SetSequenceBack =
        "SELECT setval('user_logins_id_seq', (SELECT min(id) FROM user_logins), false)";

    public const string SetSequenceRight =
        "SELECT setval('user_logins_id_seq', (SELECT max(id) FROM user_logins))";

    public const string AcceptRows = $"{Check} 'BEGIN RETURN NEW; END'";

    /// <summary>Refuses about one row in 800, always the same ones: half of the hashes are negative.</summary>
    public const string RefuseFewRows =
        $"{Check} 'BEGIN IF hashtext(NEW.user_id) % 400 = 7 THEN RAISE EXCEPTION ''poison''; END IF; RETURN NEW; END'";

    public const string RefuseAllRows = $"{Check} 'BEGIN RAISE EXCEPTION ''closed''; END'";

    /// <summary>No row is inserted, and no error says so.</summary>
    public const string SwallowRows = $"{Check} 'BEGIN RETURN NULL; END'";

    private const string Check = "CREATE OR REPLACE FUNCTION chaos_check() RETURNS trigger LANGUAGE plpgsql AS";

    /// <summary>Returns the statements that add all of it, intact.</summary>
    /// <param name="partitioned">Then a unique constraint has to include the partitions' column.</param>
    public static string Setup(bool partitioned) =>
        $"""
        ALTER TABLE user_logins ADD COLUMN id serial,
            ADD CONSTRAINT user_logins_id_unique UNIQUE (id{(partitioned ? ", create_date" : "")});
        GRANT USAGE ON SEQUENCE user_logins_id_seq TO {ChaosEstate.Role};

        CREATE TABLE login_audit (day date, message_id uuid) PARTITION BY RANGE (day);
        {AddPartition};
        CREATE FUNCTION chaos_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS
        'BEGIN INSERT INTO login_audit VALUES (NEW.create_date, NEW.message_id); RETURN NULL; END';
        CREATE TRIGGER chaos_audit AFTER INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION chaos_audit();

        {AcceptRows};
        CREATE TRIGGER chaos_check BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION chaos_check();
        """;
}

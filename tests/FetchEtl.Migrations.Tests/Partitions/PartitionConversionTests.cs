using FetchEtl.Logins;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Migrations.Tests;

public sealed class PartitionConversionTests : IAsyncLifetime
{
    private const string Definitions =
        """
        SELECT 'index', i.indexname, regexp_replace(i.indexdef, '^.* USING ', '') FROM pg_indexes i
            WHERE i.tablename = 'user_logins' AND i.indexname <> 'ix_user_logins_message_id'
        UNION ALL SELECT 'grant', coalesce(a.grantee::regrole::text, ''), a.privilege_type || a.is_grantable
            FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = 'user_logins'::regclass AND a.grantee <> c.relowner
        UNION ALL SELECT 'column', t.attname, coalesce((SELECT string_agg(a::text, ',' ORDER BY a::text)
            FROM unnest(t.attacl) a), '') || t.attstattarget || t.attnotnull
            || coalesce(t.attoptions::text, '') || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
            || coalesce(col_description(t.attrelid, t.attnum), '')
            FROM pg_attribute t LEFT JOIN pg_attrdef d ON d.adrelid = t.attrelid AND d.adnum = t.attnum
            WHERE t.attrelid = 'user_logins'::regclass AND t.attnum > 0 AND NOT t.attisdropped
        UNION ALL SELECT 'policy', p.policyname, p::text FROM pg_policies p WHERE p.tablename = 'user_logins'
        UNION ALL SELECT 'trigger', t.tgname, pg_get_triggerdef(t.oid) || t.tgenabled::text FROM pg_trigger t
            WHERE t.tgrelid = 'user_logins'::regclass AND NOT t.tgisinternal
        UNION ALL SELECT 'view', v.viewname, v.viewowner || v.definition || coalesce(c.reloptions::text, '')
            || coalesce(c.relacl::text, '') FROM pg_views v JOIN pg_class c ON c.relname = v.viewname
            WHERE v.viewname LIKE 'user_logins_r%' OR v.viewname = 'over_it'
        UNION ALL SELECT 'check', conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid = 'user_logins'::regclass AND contype = 'c'
        UNION ALL SELECT 'table', r.rolname, concat(c.relrowsecurity, c.relforcerowsecurity,
            obj_description(c.oid, 'pg_class'), (SELECT count(*) FROM pg_statistic_ext s WHERE s.stxrelid = c.oid))
            FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE c.oid = 'user_logins'::regclass
        UNION ALL SELECT 'sequence', 'odd_seq', pg_get_serial_sequence('user_logins', 'odd id')
        ORDER BY 1, 2, 3
        """;

    private readonly Reports _reports = new();
    private readonly SteppedTime _time = new();
    private PostgresDatabase _database = null!;

    private string Connection => _database.ConnectionString;

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        _time.SetUtcNow(new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));
        await LoginMigrations.MigrateAsync(Connection);
        await InsertAsync("'2026-11-20'::date + n", 10);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Rights_views_indexes_policies_triggers_and_settings_are_those_of_the_old_table()
    {
        var (owner, _) = await _database.CreateRoleAsync("CREATE ON SCHEMA public");
        var (reader, _) = await _database.CreateRoleAsync();
        var (writer, _) = await _database.CreateRoleAsync();
        var (some, _) = await _database.CreateRoleAsync();
        await TestDatabase.ExecuteAsync(
            Connection,
            $"""
            ALTER TABLE user_logins ADD COLUMN "odd id" serial, ADD COLUMN day_name text GENERATED ALWAYS AS
                (user_id || '!') STORED, ADD CONSTRAINT known CHECK (app_version > -1), SET (fillfactor = 80,
                autovacuum_vacuum_scale_factor = 0.05);
            ALTER TABLE user_logins OWNER TO {owner};
            ALTER TABLE user_logins ALTER COLUMN user_id SET STATISTICS 500, ALTER COLUMN locale SET (n_distinct = 30);
            CREATE INDEX "Odd index" ON user_logins USING brin (create_date) WHERE locale IS NOT NULL;
            CREATE INDEX by_ip ON user_logins (masked_ip, create_date DESC) INCLUDE (user_id);
            CREATE STATISTICS together ON locale, device_type FROM user_logins;
            COMMENT ON TABLE user_logins IS 'it''s ours'; COMMENT ON COLUMN user_logins.locale IS 'where';
            GRANT SELECT (user_id, locale) ON user_logins TO {reader};
            GRANT INSERT (user_id) ON user_logins TO {some};
            ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO {reader};
            GRANT INSERT ON user_logins TO {writer} WITH GRANT OPTION; GRANT SELECT ON user_logins TO PUBLIC;
            ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT ON TABLES TO {reader};
            ALTER TABLE user_logins ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY "see it" ON user_logins AS RESTRICTIVE FOR SELECT TO {reader}, {writer}
                USING (locale <> 'x');
            CREATE POLICY all_of_it ON user_logins USING (true) WITH CHECK (user_id <> '');
            CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER keep_it BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION keep();
            ALTER TABLE user_logins DISABLE TRIGGER keep_it;
            CREATE VIEW user_logins_rest WITH (security_barrier = true, check_option = local) AS
                SELECT * FROM user_logins u WHERE locale IS NULL;
            CREATE VIEW over_it AS SELECT count(*) AS n FROM user_logins_rest;
            GRANT SELECT ON over_it, user_logins_readable TO {reader};
            """);
        var before = await TestDatabase.ReadAsync(Connection, Definitions);

        await ConvertAsync(PartitionInterval.Day);

        Assert.Equal(before, await TestDatabase.ReadAsync(Connection, Definitions));
        Assert.Equal(
            ["{fillfactor=80,autovacuum_vacuum_scale_factor=0.05}|" + owner],
            await TestDatabase.ReadAsync(
                Connection,
                """
                SELECT DISTINCT c.reloptions::text, c.relowner::regrole::text FROM pg_partition_tree('user_logins') t
                JOIN pg_class c ON c.oid = t.relid WHERE t.isleaf
                """));

        // Only the owner reads a partition or the old table, whatever default privileges there are.
        Assert.Equal(
            ["0"],
            await TestDatabase.ReadAsync(
                Connection,
                """
                SELECT count(*) FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a WHERE a.grantee <> c.relowner
                    AND (c.relispartition OR c.relname = 'user_logins_unpartitioned')
                """));
        Assert.Equal(
            ["True|False|True"],
            await TestDatabase.ReadAsync(
                Connection,
                $"""
                SELECT has_function_privilege('{writer}', 'user_logins_add_partition(date)', 'EXECUTE'),
                    has_function_privilege('{reader}', 'user_logins_add_partition(date)', 'EXECUTE'),
                    has_function_privilege('{some}', 'user_logins_add_partition(date)', 'EXECUTE')
                """));

        // Nothing depends on the old table any more.
        await using (var conversion = await OpenAsync())
        {
            Assert.True(await conversion.DropKeptAsync());
            Assert.False(await conversion.DropKeptAsync());
        }

        Assert.Equal(["10"], await TestDatabase.ReadAsync(Connection, "SELECT n FROM over_it"));
    }

    [Fact]
    public async Task A_role_with_no_more_than_the_services_rights_inserts_after_the_conversion()
    {
        var (_, service) = await _database.CreateRoleAsync("INSERT, SELECT (message_id) ON user_logins");

        await ConvertAsync(PartitionInterval.Month);

        await TestDatabase.ExecuteAsync(
            service,
            """
            INSERT INTO user_logins (user_id, app_version, create_date, message_id)
            SELECT 'u', 1, CAST(now() AT TIME ZONE 'UTC' AS date), gen_random_uuid()
            ON CONFLICT (message_id, create_date) DO NOTHING
            """);
        Assert.Equal(["11"], await TestDatabase.ReadAsync(Connection, "SELECT count(*) FROM user_logins"));
    }

    [Fact]
    public async Task An_analyst_holds_up_the_switch_but_not_a_writer()
    {
        await using var writer = await SteadyWriter.StartAsync(Connection);
        await using var reader = await Analyst.BeginAsync(Connection, "SELECT count(*) FROM user_logins");

        var converting = ConvertAsync(PartitionInterval.Month);

        // The writer, which waits too, can be named beside it.
        Assert.Contains(
            $"{reader.ProcessId}", Reports.Holders(await _reports.WaitForAsync("was not free within 2 s")));
        await _time.NextPauseAsync();
        await writer.WaitForMoreAsync(50);
        await reader.EndAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await _time.PassUntilAsync(converting);

        await writer.StopAsync();
        Assert.Equal(
            [$"{10 + writer.Rows}"], await TestDatabase.ReadAsync(Connection, "SELECT count(*) FROM user_logins"));
    }

    [Fact]
    public async Task A_conversion_can_be_given_up_and_a_finished_one_is_left_alone()
    {
        await using (var conversion = await OpenAsync())
        {
            Assert.Equal((PartitionState.Plain, null), await conversion.ReadStateAsync());
            Assert.False(await conversion.GiveUpAsync());
            var plan = await conversion.PlanAsync(PartitionInterval.Day);
            Assert.Equal((10, 10), (plan.Rows, plan.Partitions));
        }

        await StopAfterCopyAsync();
        await using (var conversion = await OpenAsync())
        {
            Assert.Equal((PartitionState.UnderWay, PartitionInterval.Month), await conversion.ReadStateAsync());
            var other = await Assert.ThrowsAsync<LoginMigrationException>(
                () => conversion.RunAsync(PartitionInterval.Day, new Progress<PartitionProgress>()));
            Assert.StartsWith("A conversion is under way by month", other.Message);
            Assert.True(await conversion.GiveUpAsync());
        }

        Assert.Equal(
            ["user_logins|r", "user_logins_readable|v"],
            await TestDatabase.ReadAsync(
                Connection,
                "SELECT relname, relkind FROM pg_class WHERE relname LIKE 'user\\_logins%' ORDER BY relname"));
        await TestDatabase.ExecuteAsync(Connection, "DELETE FROM user_logins WHERE user_id = 'u1'");

        await ConvertAsync(PartitionInterval.Day);
        await ConvertAsync(PartitionInterval.Day);
        await using (var last = await OpenAsync())
        {
            Assert.Equal((PartitionState.Partitioned, PartitionInterval.Day), await last.ReadStateAsync());
            Assert.False(await last.GiveUpAsync());
            await Assert.ThrowsAsync<LoginMigrationException>(
                () => last.RunAsync(PartitionInterval.Month, new Progress<PartitionProgress>()));
        }

        await LoginMigrations.MigrateAsync(Connection);
    }

    /// <summary>Hazards: rows that no trigger mirrors, rows that move, and columns that the copy lacks.</summary>
    [Theory]
    [InlineData("ALTER TABLE user_logins DISABLE TRIGGER user_logins_conversion_mirror; %insert%;"
        + "ALTER TABLE user_logins ENABLE ALWAYS TRIGGER user_logins_conversion_mirror", "or their values differ")]
    [InlineData("UPDATE user_logins_partitioned SET locale = 'x' WHERE user_id = 'u1'", "or their values differ")]
    [InlineData("ALTER TABLE user_logins DISABLE TRIGGER user_logins_conversion_note", "conversion_note")]
    [InlineData("VACUUM FULL user_logins", "was rewritten")]
    [InlineData("ALTER TABLE user_logins ADD extra text", "the column extra")]
    [InlineData("CREATE INDEX late ON user_logins (locale)", "the index late")]
    [InlineData("CREATE UNIQUE INDEX CONCURRENTLY late ON user_logins (user_id)", "the unique index late")]
    [InlineData("ALTER TABLE user_logins ADD CONSTRAINT late CHECK (locale <> 'x')", "the check late")]
    [InlineData("ALTER TABLE user_logins ALTER locale SET DEFAULT 'x'", "the column locale")]
    [InlineData("CREATE TABLE others (id int PRIMARY KEY); ALTER TABLE user_logins ADD CONSTRAINT late "
        + "FOREIGN KEY (app_version) REFERENCES others", "constraint late")]
    [InlineData("CREATE MATERIALIZED VIEW late AS SELECT user_id FROM user_logins", "view late")]
    [InlineData("CREATE PUBLICATION late FOR TABLE user_logins", "publication late")]
    public async Task What_others_do_to_the_table_meanwhile_stops_the_conversion_before_the_switch(
        string sql, string problem)
    {
        await StopAfterCopyAsync();
        foreach (var statement in sql.Replace("%insert%", "INSERT INTO user_logins VALUES ('lost')").Split(';'))
        {
            await TestDatabase.ExecuteAsync(Connection, statement);
        }

        var error = await Assert.ThrowsAsync<LoginMigrationException>(() => ConvertAsync(PartitionInterval.Month));

        Assert.Contains(problem, error.Message);
        Assert.Contains("user_logins stays as it is", error.Message);
        Assert.Equal(
            ["r"],
            await TestDatabase.ReadAsync(Connection, "SELECT relkind FROM pg_class WHERE relname = 'user_logins'"));
    }

    [Fact]
    public async Task Every_obstacle_is_named_with_its_remedy_before_anything_changes()
    {
        await TestDatabase.ExecuteAsync(
            Connection,
            """
            CREATE UNIQUE INDEX one_user ON user_logins (user_id);
            CREATE TABLE user_logins_partitioned ();
            CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM user_logins;
            CREATE PUBLICATION replicas FOR TABLE user_logins;
            CREATE RULE quiet AS ON DELETE TO user_logins DO INSTEAD NOTHING;
            ALTER TABLE user_logins ADD number int GENERATED ALWAYS AS IDENTITY;
            CREATE TABLE others (id int PRIMARY KEY);
            ALTER TABLE user_logins ADD CONSTRAINT known FOREIGN KEY (app_version) REFERENCES others NOT VALID;
            CREATE FUNCTION bound() RETURNS bigint RETURN (SELECT count(*) FROM user_logins);
            INSERT INTO user_logins (user_id, create_date) VALUES ('f', 'infinity'), ('b', '0001-01-01 BC')
            """);
        await using var conversion = await OpenAsync();

        var error = await Assert.ThrowsAsync<LoginMigrationException>(
            () => conversion.PlanAsync(PartitionInterval.Month));

        Assert.All(
            ["index one_user", "user_logins_partitioned exists", "view totals", "publication replicas", "rule quiet",
                "column number", "constraint known", "function bound()", "create_date of 2 rows"],
            named => Assert.Contains(named, error.Message));
        Assert.Equal((PartitionState.Plain, null), await conversion.ReadStateAsync());
    }

    [Fact]
    public async Task The_function_adds_a_partition_once_whoever_asks_and_leaves_detached_tables_alone()
    {
        await ConvertAsync(PartitionInterval.Month);

        var names = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AddAsync("2001-07-31")));
        Assert.Equal(["user_logins_p2001_07"], names.Where(name => name.Length > 0));
        await TestDatabase.ExecuteAsync(
            Connection, "ALTER TABLE user_logins DETACH PARTITION user_logins_p2001_07");
        Assert.Equal("user_logins_p2001_07_2", await AddAsync("2001-07-01"));
        Assert.Equal(string.Empty, await AddAsync("2026-11-30"));
        var error = await Assert.ThrowsAsync<PostgresException>(() => AddAsync("infinity"));
        Assert.Equal(PostgresErrorCodes.DatetimeFieldOverflow, error.SqlState);
    }

    private async Task<string> AddAsync(string day) => (await TestDatabase.ReadAsync(
        Connection, $"SELECT user_logins_add_partition('{day}')")).Single();

    private Task InsertAsync(string date, int rows) => TestDatabase.ExecuteAsync(
        Connection,
        $"""
        INSERT INTO user_logins (user_id, create_date, message_id)
        SELECT 'u' || n, {date}, gen_random_uuid() FROM generate_series(1, {rows}) n
        """);

    private Task<PartitionConversion> OpenAsync() => PartitionConversion.OpenAsync(Connection, _reports.Add, _time);

    private Task ConvertAsync(PartitionInterval interval) =>
        Conversions.RunAsync(Connection, interval, _reports, _time);

    private Task StopAfterCopyAsync() => Conversions.StopAfterCopyAsync(Connection, _reports, _time);
}

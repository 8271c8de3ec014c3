using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// PostgreSQL refuses good rows, because an operator, an analyst or the calendar changed what the schema takes. Nothing
/// becomes a dead letter, the rest is written, and once the schema is repaired every row is there.
/// </summary>
[Trait("Category", "Slow")]
public sealed class RefusedRowsTests : IAsyncLifetime
{
    private const int Count = 200;

    private LoginStore _store = null!;

    /// <summary>The case, what breaks the table, what repairs it, and how the report begins.</summary>
    public static TheoryData<string, string, string, string> ManyRefused => new()
    {
        {
            "id serial exhausted",
            "ALTER TABLE user_logins ADD COLUMN id serial; ALTER SEQUENCE user_logins_id_seq MAXVALUE 2",
            "ALTER SEQUENCE user_logins_id_seq MAXVALUE 2147483647",
            "2200H, a sequence is at its end"
        },
        {
            "sequence behind after a restore",
            """
            INSERT INTO user_logins (user_id) SELECT 'restored' FROM generate_series(1, 1000);
            ALTER TABLE user_logins ADD COLUMN id serial PRIMARY KEY;
            ALTER SEQUENCE user_logins_id_seq RESTART
            """,
            "SELECT setval('user_logins_id_seq', 1000)",
            "23505, constraint user_logins_pkey of table user_logins"
        },
        {
            "audit table without the month's partition",
            """
            CREATE TABLE audit (at date) PARTITION BY RANGE (at);
            CREATE TABLE audit_2025 PARTITION OF audit FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
            CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql
            AS $$ BEGIN INSERT INTO audit VALUES (NEW.create_date); RETURN NEW; END $$;
            CREATE TRIGGER audit AFTER INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION audit()
            """,
            "CREATE TABLE audit_2026 PARTITION OF audit FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
            "23514, table audit has no partition for the row"
        },
        {
            "partition detached",
            """
            ALTER TABLE user_logins RENAME TO plain;
            CREATE TABLE user_logins (LIKE plain, UNIQUE (message_id)) PARTITION BY RANGE (message_id);
            CREATE TABLE low PARTITION OF user_logins
                FOR VALUES FROM (MINVALUE) TO ('80000000-0000-0000-0000-000000000000');
            CREATE TABLE high PARTITION OF user_logins
                FOR VALUES FROM ('80000000-0000-0000-0000-000000000000') TO (MAXVALUE);
            ALTER TABLE user_logins DETACH PARTITION high
            """,
            """
            ALTER TABLE user_logins ATTACH PARTITION high
                FOR VALUES FROM ('80000000-0000-0000-0000-000000000000') TO (MAXVALUE)
            """,
            "23514, table user_logins has no partition for the row"
        },
        {
            "analyst's UNIQUE",
            """
            INSERT INTO user_logins (user_id, create_date)
                SELECT number::text, '2026-01-02' FROM generate_series(0, 199) AS number;
            ALTER TABLE user_logins ADD CONSTRAINT daily UNIQUE (user_id, create_date)
            """,
            "ALTER TABLE user_logins DROP CONSTRAINT daily",
            "23505, constraint daily of table user_logins"
        },
        {
            "CHECK added",
            "ALTER TABLE user_logins ADD CONSTRAINT modern CHECK (app_version >= 3000000)",
            "ALTER TABLE user_logins DROP CONSTRAINT modern",
            "23514, constraint modern of table user_logins"
        },
        {
            "foreign key added",
            """
            CREATE TABLE users (id text UNIQUE);
            ALTER TABLE user_logins ADD FOREIGN KEY (user_id) REFERENCES users (id)
            """,
            "ALTER TABLE user_logins DROP CONSTRAINT user_logins_user_id_fkey",
            "23503, constraint user_logins_user_id_fkey of table user_logins"
        },
        {
            "column narrowed",
            "DROP VIEW user_logins_readable; ALTER TABLE user_logins ALTER COLUMN user_id TYPE varchar(1)",
            "ALTER TABLE user_logins ALTER COLUMN user_id TYPE varchar(128)",
            "22001, a column is narrower than logins may be long"
        },
        {
            "NOT NULL on a column that logins may lack",
            "ALTER TABLE user_logins ALTER COLUMN device_type SET NOT NULL",
            "ALTER TABLE user_logins ALTER COLUMN device_type DROP NOT NULL",
            "23502, column device_type of table user_logins is NOT NULL"
        },
        {
            "trigger that raises for all",
            Trigger("true"),
            "DROP TRIGGER refuse ON user_logins",
            "P0001, a trigger or function raised it"
        },
        {
            "trigger that reads a missing table",
            Trigger("EXISTS (SELECT FROM missing)"),
            "CREATE TABLE missing ()",
            "42P01, a trigger or function failed"
        },
    };

    /// <summary>The case, what breaks the table for the user "poison", and what repairs it.</summary>
    public static TheoryData<string, string, string> FewRefused => new()
    {
        {
            "P0001",
            Trigger("NEW.user_id = 'poison'"),
            "DROP TRIGGER refuse ON user_logins"
        },
        {
            "row-level security",
            """
            ALTER TABLE user_logins ENABLE ROW LEVEL SECURITY; ALTER TABLE user_logins FORCE ROW LEVEL SECURITY;
            CREATE POLICY reading ON user_logins FOR SELECT USING (true);
            CREATE POLICY writing ON user_logins FOR INSERT WITH CHECK (user_id <> 'poison')
            """,
            "ALTER TABLE user_logins DISABLE ROW LEVEL SECURITY"
        },
        {
            "CHECK",
            "ALTER TABLE user_logins ADD CONSTRAINT known CHECK (user_id <> 'poison')",
            "ALTER TABLE user_logins DROP CONSTRAINT known"
        },
        {
            "UNIQUE",
            """
            INSERT INTO user_logins (user_id, create_date) VALUES ('poison', '2026-01-02');
            ALTER TABLE user_logins ADD UNIQUE (user_id, create_date)
            """,
            "ALTER TABLE user_logins DROP CONSTRAINT user_logins_user_id_create_date_key"
        },
        {
            "NOT NULL",
            """
            ALTER TABLE user_logins
                ADD COLUMN known text GENERATED ALWAYS AS (nullif(user_id, 'poison')) STORED NOT NULL
            """,
            "ALTER TABLE user_logins DROP COLUMN known"
        },
        {
            "error of a cast in a trigger",
            Trigger("NEW.user_id = 'poison' AND NEW.user_id::integer > 0"),
            "DROP TRIGGER refuse ON user_logins"
        },
    };

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
        Array.ForEach(["ip", "device_id"], _store.Masking.Fields.Add);
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [MemberData(nameof(ManyRefused))]
    public async Task When_many_rows_are_refused_receiving_stops_with_the_remedy_and_no_row_fails(
        string what, string begin, string end, string report)
    {
        var before = await BreakAsync(begin);
        var deliveries = new Deliveries(_store.Writer);

        deliveries.Send(LoginStore.Logins(Count));
        await deliveries.UntilAsync(() => !_store.Writer.WaitForOutageEndAsync().IsCompleted);
        var entry = await _store.HealthAsync();

        // Each refusal of a probe changes the circuit.
        var circuit = _store.Provider.GetRequiredService<WriterCircuit>();
        await circuit.Changed.WaitAsync(Deliveries.Limit);
        await circuit.Changed.WaitAsync(Deliveries.Limit);
        Assert.True(deliveries is { DeadLetters: 0, Returned: 0 }, $"{what}: {deliveries}");
        await _store.ScalarAsync(end);
        await deliveries.EndAsync();

        Assert.StartsWith("The writer cannot commit logins: " + report, entry.Description, StringComparison.Ordinal);
        await _store.UntilHealthyAsync();
        Assert.True(deliveries is { Written: Count, DeadLetters: 0 }, $"{what}: {deliveries}");
        Assert.Equal(before + Count, await _store.CountAsync());
        Assert.Equal(1, _store.Logs.CountOf(2011));
    }

    [Theory]
    [MemberData(nameof(FewRefused))]
    public async Task A_few_refused_rows_go_back_to_the_queue_and_their_neighbours_are_written(
        string what, string begin, string end)
    {
        await UseOwnerAsync();
        var before = await BreakAsync(begin);
        var deliveries = new Deliveries(_store.Writer);
        var logins = LoginStore.Logins(Count);
        logins[70] = Poison();
        logins[71] = Poison();

        deliveries.Send(logins);
        await deliveries.UntilAsync(() => deliveries is { Written: Count - 2, Returned: >= 4 });
        Assert.True(_store.Writer.WaitForOutageEndAsync().IsCompleted);
        deliveries.Send(Enumerable.Range(0, Count).Select(number => LoginStore.Login($"later {number}")));
        await deliveries.UntilAsync(() => deliveries.Written == (2 * Count) - 2);
        await _store.ScalarAsync(end);
        await deliveries.EndAsync();

        Assert.True(deliveries is { Written: 2 * Count, DeadLetters: 0 }, $"{what}: {deliveries}");
        Assert.Equal(before + (2 * Count), await _store.CountAsync());
        Assert.Equal(1, _store.Logs.CountOf(2010));
        Assert.DoesNotContain(_store.Logs.Texts, text => text.Contains("poison", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refused_row_among_a_few_waits_until_it_is_written()
    {
        await _store.ScalarAsync(Trigger("NEW.user_id = 'poison'"));
        var deliveries = new Deliveries(_store.Writer);

        deliveries.Send([.. LoginStore.Logins(5), Poison()]);
        await deliveries.UntilAsync(() => deliveries.Written == 5);
        await _store.Logs.WaitForAsync(2010);
        Assert.True(_store.Writer.WaitForOutageEndAsync().IsCompleted);
        await _store.ScalarAsync("DROP TRIGGER refuse ON user_logins");
        await deliveries.EndAsync();

        Assert.True(deliveries is { Written: 6, Returned: 0, DeadLetters: 0 }, deliveries.ToString());
    }

    [Fact]
    public async Task Disposing_fails_the_refused_rows_at_once_so_that_their_messages_are_delivered_again()
    {
        await _store.ScalarAsync(Trigger("NEW.user_id = 'poison'"));
        var refused = _store.Writer.WriteAsync(Poison());
        await _store.Logs.WaitForAsync(2010);

        await _store.Writer.DisposeAsync();

        await Assert.ThrowsAsync<LoginWriterStoppedException>(() => refused);
    }

    private static UserLogin Poison() => LoginStore.Login("poison");

    private static string Trigger(string condition) =>
        $"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF {condition} THEN
                RAISE EXCEPTION 'refused %', NEW.user_id USING COLUMN = NEW.user_id, CONSTRAINT = NEW.user_id;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION refuse()
        """;

    /// <summary>Returns the number of rows that the table then holds.</summary>
    private async Task<long> BreakAsync(string sql)
    {
        await _store.ScalarAsync(sql);
        return await _store.CountAsync();
    }

    /// <summary>Row-level security does not bind a superuser.</summary>
    private async Task UseOwnerAsync()
    {
        var role = await _store.UseRoleAsync();
        await _store.ScalarAsync($"GRANT USAGE ON SCHEMA public TO {role}");
    }
}

using FetchEtl.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace FetchEtl.Migrations.Tests;

/// <summary>What the migrations create in a new database, and how they are reverted.</summary>
public sealed class LoginMigrationsTests : IAsyncLifetime
{
    private PostgresDatabase _database = null!;

    private string Connection => _database.ConnectionString;

    public async Task InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_new_database_gets_the_seven_columns_of_the_ddl_in_their_order_and_message_id()
    {
        await LoginMigrations.MigrateAsync(Connection);

        Assert.Equal(TestDatabase.Columns, await TestDatabase.ColumnsAsync(Connection));
        var indexes = await TestDatabase.ReadAsync(
            Connection, "SELECT indexdef FROM pg_indexes WHERE tablename = 'user_logins'");
        Assert.Equal(
            ["CREATE UNIQUE INDEX ix_user_logins_message_id ON public.user_logins USING btree (message_id)"], indexes);
    }

    [Fact]
    public async Task A_new_database_gets_the_tables_of_generations_and_of_the_vault()
    {
        await LoginMigrations.MigrateAsync(Connection);

        Assert.Equal(
            [
                "generation|integer|True", "key_check|character varying(64)|False",
                "first_used|timestamp with time zone|True", "mac|character varying(64)|False", "settings|text|False",
            ],
            await TestDatabase.ColumnsAsync(Connection, table: "masking_generations"));
        Assert.Equal(
            [
                "mask|character varying(256)|True", "field|character varying(32)|True", "sealed|bytea|True",
                "created_at|date|True", "generation|integer|False", "key_id|character varying(64)|False",
                "signature|bytea|False",
            ],
            await TestDatabase.ColumnsAsync(Connection, table: "pii_vault"));
        Assert.Equal(
            ["masking_generations_pkey|PRIMARY KEY (generation)", "pii_vault_pkey|PRIMARY KEY (mask, field)"],
            await TestDatabase.ReadAsync(
                Connection,
                """
                SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
                WHERE conrelid IN ('masking_generations'::regclass, 'pii_vault'::regclass) ORDER BY 1
                """));
    }

    [Fact]
    public async Task A_role_that_inserts_logins_may_read_erased_messages_once_they_are_migrated()
    {
        var role = $"writer_{Guid.NewGuid():N}";
        await LoginMigrations.MigrateAsync(Connection);
        await TestDatabase.ExecuteAsync(
            Connection,
            $"""
            CREATE ROLE {role};
            GRANT INSERT ON user_logins TO {role};
            DROP TABLE erased_messages;
            ALTER TABLE masking_generations DROP COLUMN settings;
            DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20261129000000_Privacy';
            """);

        await LoginMigrations.MigrateAsync(Connection);

        Assert.Equal(
            ["True"],
            await TestDatabase.ReadAsync(
                Connection, $"SELECT has_table_privilege('{role}', 'erased_messages', 'SELECT')"));
        await TestDatabase.ExecuteAsync(Connection, $"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [Theory]
    [InlineData("ALTER TABLE user_logins RENAME TO lost", "There is no table user_logins: rename it back")]
    [InlineData(
        "DROP VIEW user_logins_readable; ALTER TABLE user_logins DROP COLUMN locale",
        "ALTER TABLE user_logins ADD COLUMN locale character varying(32).")]
    [InlineData("DROP TABLE masking_generations", "There is no table masking_generations")]
    [InlineData("DROP TABLE erased_messages", "There is no table erased_messages")]
    [InlineData("DROP INDEX ix_user_logins_message_id", "CREATE UNIQUE INDEX CONCURRENTLY ix_user_logins_message_id")]
    public async Task What_somebody_dropped_after_the_migrations_is_named_with_the_remedy(string change, string remedy)
    {
        await LoginMigrations.MigrateAsync(Connection);
        await TestDatabase.ExecuteAsync(Connection, change);

        var refusal = await Assert.ThrowsAsync<LoginMigrationException>(() => LoginMigrations.MigrateAsync(Connection));

        Assert.StartsWith("All migrations have been applied, and somebody has changed the tables", refusal.Message);
        Assert.Contains(remedy, refusal.Message);
    }

    /// <summary>PostgreSQL's refusal of what exists led to the advice to run the migrations.</summary>
    [Theory]
    [InlineData("20261121000000_Masking")]
    [InlineData("20261127000000_GenerationMacs")]
    [InlineData("20261129000000_Privacy")]
    public async Task A_migration_that_the_history_lost_is_named_with_the_statement_that_records_it(string id)
    {
        await LoginMigrations.MigrateAsync(Connection);
        await TestDatabase.ExecuteAsync(
            Connection, $"DELETE FROM \"__EFMigrationsHistory\" WHERE \"MigrationId\" = '{id}'");

        var refusal = await Assert.ThrowsAsync<LoginMigrationException>(() => LoginMigrations.MigrateAsync(Connection));

        Assert.StartsWith($"What the migration {id} creates exists already (SQLSTATE 42", refusal.Message);
        var (from, to) = (refusal.Message.IndexOf("INSERT INTO", StringComparison.Ordinal),
            refusal.Message.IndexOf(';', StringComparison.Ordinal));
        await TestDatabase.ExecuteAsync(Connection, refusal.Message[from..to]);
        var again = await LoginMigrations.MigrateAsync(Connection, static _ => { }, TimeProvider.System);
        Assert.Equal(LoginMigrationOutcome.Unchanged, again.Outcome);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_refused_and_created_by_its_own_call()
    {
        var name = $"fetch_etl_{Guid.NewGuid():N}";
        var missing = new NpgsqlConnectionStringBuilder(Connection) { Database = name }.ConnectionString;
        try
        {
            var refusal = await Assert.ThrowsAsync<LoginMigrationException>(
                () => LoginMigrations.MigrateAsync(missing));
            Assert.StartsWith($"There is no database {name} on server ", refusal.Message);

            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => LoginMigrations.CreateDatabaseAsync(missing)));
            Assert.False(await LoginMigrations.CreateDatabaseAsync(missing));

            await LoginMigrations.MigrateAsync(missing);
            Assert.Equal(TestDatabase.Columns, await TestDatabase.ColumnsAsync(missing));
        }
        finally
        {
            await TestDatabase.ExecuteAsync(Connection, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        }
    }

    [Fact]
    public async Task Writers_that_do_not_know_message_id_keep_working()
    {
        await LoginMigrations.MigrateAsync(Connection);

        await TestDatabase.ExecuteAsync(Connection, "INSERT INTO user_logins VALUES ('a'), ('b')");

        Assert.Equal(["2"], await TestDatabase.ReadAsync(Connection, "SELECT count(*) FROM user_logins"));
    }

    [Fact]
    public async Task The_tables_are_created_in_the_first_schema_of_the_search_path()
    {
        var unsuitable = TestDatabase.OriginalTable.Replace("user_id", "something_else", StringComparison.Ordinal);
        await TestDatabase.ExecuteAsync(Connection, $"CREATE SCHEMA events; {unsuitable}");
        var events = new NpgsqlConnectionStringBuilder(Connection) { SearchPath = "events, public" }.ConnectionString;

        await LoginMigrations.MigrateAsync(events);
        await LoginMigrations.MigrateAsync(events);

        Assert.Equal(TestDatabase.Columns, await TestDatabase.ColumnsAsync(Connection, "events"));
    }

    [Fact]
    public async Task Several_processes_may_migrate_a_new_database_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => LoginMigrations.MigrateAsync(Connection)))
            .WaitAsync(TestDatabase.Limit);

        Assert.Equal(TestDatabase.Columns, await TestDatabase.ColumnsAsync(Connection));
    }

    [Fact]
    public async Task The_view_shows_versions_as_text_and_keeps_null()
    {
        await LoginMigrations.MigrateAsync(Connection);
        await TestDatabase.ExecuteAsync(
            Connection,
            """
            INSERT INTO user_logins (user_id, app_version)
            VALUES ('a', 2003000), ('b', 96000), ('c', 2146999999), ('d', NULL)
            """);

        Assert.Equal(
            ["2.3.0", "0.96.0", "2146.999.999", ""],
            await TestDatabase.ReadAsync(Connection, "SELECT app_version FROM user_logins_readable ORDER BY user_id"));
    }

    [Fact]
    public async Task Reverting_removes_the_additions_and_leaves_the_table_with_its_rows_and_the_vault()
    {
        await LoginMigrations.MigrateAsync(Connection);
        await TestDatabase.ExecuteAsync(
            Connection,
            """
            INSERT INTO user_logins (user_id) VALUES ('a');
            INSERT INTO pii_vault (mask, field, sealed) VALUES ('m', 'ip', 's');
            """);
        await using var context = LoginDbContextFactory.Create(Connection);

        await context.GetService<IMigrator>().MigrateAsync(Migration.InitialDatabase);

        Assert.Equal(TestDatabase.Columns[..7], await TestDatabase.ColumnsAsync(Connection));
        Assert.Equal(["a"], await TestDatabase.ReadAsync(Connection, "SELECT user_id FROM user_logins"));
        Assert.Equal(["m"], await TestDatabase.ReadAsync(Connection, "SELECT mask FROM pii_vault"));
        Assert.Equal([""], await TestDatabase.ReadAsync(Connection, "SELECT to_regclass('masking_generations')::text"));

        await LoginMigrations.MigrateAsync(Connection);
        Assert.Equal(["m"], await TestDatabase.ReadAsync(Connection, "SELECT mask FROM pii_vault"));
        Assert.Equal(["True"], await TestDatabase.IndexAsync(Connection));
    }
}

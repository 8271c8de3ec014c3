using FetchEtl.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace FetchEtl.Migrations.Tests;

public sealed class LoginMigrationsTests : IAsyncLifetime
{
    private static readonly string[] Columns =
    [
        "user_id|character varying(128)|False",
        "device_type|character varying(32)|False",
        "masked_ip|character varying(256)|False",
        "masked_device_id|character varying(256)|False",
        "locale|character varying(32)|False",
        "app_version|integer|False",
        "create_date|date|False",
        "message_id|uuid|False",
    ];

    private PostgresDatabase _database = null!;

    public async Task InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public void The_migrations_lead_to_the_model()
    {
        using var context = LoginDbContextFactory.Create(connectionString: null);

        Assert.False(context.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task A_new_database_gets_the_seven_columns_of_the_ddl_in_their_order_and_message_id()
    {
        await LoginMigrations.MigrateAsync(_database.ConnectionString);

        Assert.Equal(Columns, await TestDatabase.ColumnsAsync(_database.ConnectionString));
        Assert.Equal(
            ["CREATE UNIQUE INDEX ix_user_logins_message_id ON public.user_logins USING btree (message_id)"],
            await TestDatabase.ReadAsync(_database.ConnectionString, "SELECT indexdef FROM pg_indexes WHERE tablename = 'user_logins'"));
    }

    [Fact]
    public async Task A_new_database_gets_the_tables_of_generations_and_of_the_vault()
    {
        await LoginMigrations.MigrateAsync(_database.ConnectionString);

        Assert.Equal(
            ["generation|integer|True", "key_check|character varying(64)|False", "first_used|timestamp with time zone|True"],
            await TestDatabase.ColumnsAsync(_database.ConnectionString, table: "masking_generations"));
        Assert.Equal(
            ["mask|character varying(256)|True", "field|character varying(32)|True", "sealed|bytea|True", "created_at|timestamp with time zone|True"],
            await TestDatabase.ColumnsAsync(_database.ConnectionString, table: "pii_vault"));
        Assert.Equal(
            ["PRIMARY KEY (generation)", "PRIMARY KEY (mask, field)"],
            await TestDatabase.ReadAsync(
                _database.ConnectionString,
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid IN ('masking_generations'::regclass, 'pii_vault'::regclass) ORDER BY 1"));
    }

    [Fact]
    public async Task The_generations_of_masks_that_are_there_are_known_afterwards_and_nothing_else_is_taken_for_one()
    {
        var hex = new string('a', 64);
        await TestDatabase.ExecuteAsync(_database.ConnectionString, TestDatabase.OriginalTable);
        await TestDatabase.ExecuteAsync(
            _database.ConnectionString,
            $"""
            INSERT INTO user_logins (masked_ip, masked_device_id, user_id) VALUES
                ('1:{hex}', '12:{hex}', '3:{hex}'), ('1:{hex}', NULL, NULL), (NULL, '2:{hex}', NULL),
                ('{hex}', '4:{hex}0', NULL), ('0:{hex}', '5:{hex[1..]}A', NULL), ('99999999999:{hex}', '2001:db8::1', NULL)
            """);

        await LoginMigrations.MigrateAsync(_database.ConnectionString);

        Assert.Equal(
            ["1|", "2|", "12|"],
            await TestDatabase.ReadAsync(_database.ConnectionString, "SELECT generation, key_check FROM masking_generations ORDER BY 1"));
    }

    [Fact]
    public async Task A_table_that_is_there_is_adopted_with_its_rows()
    {
        await TestDatabase.ExecuteAsync(_database.ConnectionString, TestDatabase.OriginalTable);
        await TestDatabase.ExecuteAsync(
            _database.ConnectionString,
            "INSERT INTO user_logins VALUES ('u', 'ios', 'm', 'd', NULL, 2003000, '2026-01-02'), ('u', 'ios', 'm', 'd', NULL, 2003000, '2026-01-02')");

        await LoginMigrations.MigrateAsync(_database.ConnectionString);

        Assert.Equal(Columns, await TestDatabase.ColumnsAsync(_database.ConnectionString));
        Assert.Equal(["2"], await TestDatabase.ReadAsync(_database.ConnectionString, "SELECT count(*) FROM user_logins WHERE message_id IS NULL"));
    }

    [Fact]
    public async Task Writers_that_do_not_know_message_id_keep_working()
    {
        await LoginMigrations.MigrateAsync(_database.ConnectionString);

        await TestDatabase.ExecuteAsync(_database.ConnectionString, "INSERT INTO user_logins VALUES ('a'), ('b')");

        Assert.Equal(["2"], await TestDatabase.ReadAsync(_database.ConnectionString, "SELECT count(*) FROM user_logins"));
    }

    [Theory]
    [InlineData("DROP COLUMN locale", "user_logins has no column locale")]
    [InlineData("ALTER locale TYPE varchar(5)", "user_logins.locale has a type that logins do not fit: varchar")]
    [InlineData("ALTER create_date TYPE timestamp", "user_logins.create_date has a type that logins do not fit: timestamp")]
    [InlineData("ALTER app_version TYPE text", "user_logins.app_version has a type that logins do not fit: text")]
    [InlineData("ALTER locale SET NOT NULL", "user_logins.locale is NOT NULL, but logins may lack it")]
    [InlineData("ADD region text NOT NULL", "user_logins.region is NOT NULL without a default, but logins do not have it")]
    [InlineData("ADD message_id text", "user_logins.message_id is not of type uuid")]
    public async Task A_table_that_logins_do_not_fit_is_refused_by_column_with_the_remedy_and_left_alone(string change, string refusal)
    {
        await TestDatabase.ExecuteAsync(_database.ConnectionString, TestDatabase.OriginalTable);
        await TestDatabase.ExecuteAsync(_database.ConnectionString, "ALTER TABLE user_logins " + change);
        var before = await TestDatabase.ColumnsAsync(_database.ConnectionString);

        var error = await Assert.ThrowsAsync<PostgresException>(() => LoginMigrations.MigrateAsync(_database.ConnectionString));

        Assert.Equal(refusal, error.MessageText);
        Assert.NotEmpty(error.Hint!);
        Assert.Equal(before, await TestDatabase.ColumnsAsync(_database.ConnectionString));
    }

    [Theory]
    [InlineData("CREATE VIEW user_logins AS SELECT 1 AS user_id")]
    [InlineData("CREATE TABLE user_logins (user_id varchar(128), create_date date) PARTITION BY RANGE (create_date)")]
    public async Task What_has_the_tables_name_and_is_no_plain_table_is_refused(string statement)
    {
        await TestDatabase.ExecuteAsync(_database.ConnectionString, statement);

        var error = await Assert.ThrowsAsync<PostgresException>(() => LoginMigrations.MigrateAsync(_database.ConnectionString));

        Assert.Equal("user_logins in schema public is not a plain table", error.MessageText);
    }

    [Theory]
    [InlineData("ALTER locale TYPE text")]
    [InlineData("ALTER locale TYPE varchar(99)")]
    [InlineData("ALTER user_id SET NOT NULL")]
    [InlineData("ADD id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY")]
    [InlineData("ADD region text NOT NULL DEFAULT 'eu'")]
    public async Task A_table_that_is_wider_than_needed_is_adopted(string change)
    {
        await TestDatabase.ExecuteAsync(_database.ConnectionString, TestDatabase.OriginalTable);
        await TestDatabase.ExecuteAsync(_database.ConnectionString, "ALTER TABLE user_logins " + change);

        await LoginMigrations.MigrateAsync(_database.ConnectionString);

        Assert.Contains("message_id|uuid|False", await TestDatabase.ColumnsAsync(_database.ConnectionString));
    }

    [Fact]
    public async Task The_table_is_made_in_the_first_schema_of_the_search_path()
    {
        await TestDatabase.ExecuteAsync(_database.ConnectionString, "CREATE SCHEMA events");
        await TestDatabase.ExecuteAsync(_database.ConnectionString, TestDatabase.OriginalTable.Replace("user_id", "something_else", StringComparison.Ordinal));
        var connection = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { SearchPath = "events, public" }.ConnectionString;

        await LoginMigrations.MigrateAsync(connection);
        await LoginMigrations.MigrateAsync(connection);

        Assert.Equal(Columns, await TestDatabase.ColumnsAsync(_database.ConnectionString, "events"));
    }

    [Fact]
    public async Task Several_processes_may_migrate_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => LoginMigrations.MigrateAsync(_database.ConnectionString)));

        Assert.Equal(Columns, await TestDatabase.ColumnsAsync(_database.ConnectionString));
    }

    [Fact]
    public async Task The_view_shows_versions_as_text_and_keeps_null()
    {
        await LoginMigrations.MigrateAsync(_database.ConnectionString);
        await TestDatabase.ExecuteAsync(
            _database.ConnectionString,
            "INSERT INTO user_logins (user_id, app_version) VALUES ('a', 2003000), ('b', 96000), ('c', 2146999999), ('d', NULL)");

        Assert.Equal(
            ["2.3.0", "0.96.0", "2146.999.999", ""],
            await TestDatabase.ReadAsync(_database.ConnectionString, "SELECT app_version FROM user_logins_readable ORDER BY user_id"));
    }

    [Fact]
    public async Task Going_back_takes_the_additions_and_leaves_the_table_with_its_rows_and_the_vault()
    {
        await LoginMigrations.MigrateAsync(_database.ConnectionString);
        await TestDatabase.ExecuteAsync(
            _database.ConnectionString, "INSERT INTO user_logins (user_id) VALUES ('a'); INSERT INTO pii_vault (mask, field, sealed) VALUES ('m', 'ip', 's')");
        await using var context = LoginDbContextFactory.Create(_database.ConnectionString);

        await context.GetService<IMigrator>().MigrateAsync(Migration.InitialDatabase);

        Assert.Equal(Columns[..7], await TestDatabase.ColumnsAsync(_database.ConnectionString));
        Assert.Equal(["a"], await TestDatabase.ReadAsync(_database.ConnectionString, "SELECT user_id FROM user_logins"));
        Assert.Equal(["m"], await TestDatabase.ReadAsync(_database.ConnectionString, "SELECT mask FROM pii_vault"));
        Assert.Equal([""], await TestDatabase.ReadAsync(_database.ConnectionString, "SELECT to_regclass('masking_generations')::text"));

        await LoginMigrations.MigrateAsync(_database.ConnectionString);
        Assert.Equal(["m"], await TestDatabase.ReadAsync(_database.ConnectionString, "SELECT mask FROM pii_vault"));
    }
}

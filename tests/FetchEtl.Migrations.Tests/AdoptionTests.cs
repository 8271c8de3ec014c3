using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Migrations.Tests;

/// <summary>Which tables are adopted, and which are rejected before anything changes.</summary>
public sealed class AdoptionTests : IAsyncLifetime
{
    private PostgresDatabase _database = null!;

    private string Connection => _database.ConnectionString;

    public async Task InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_table_that_exists_is_adopted_with_its_rows()
    {
        await TestDatabase.ExecuteAsync(
            Connection,
            $"""
            {TestDatabase.OriginalTable};
            INSERT INTO user_logins SELECT 'u', 'ios', 'm', 'd', NULL, 2003000, '2026-01-02' FROM generate_series(1, 2);
            """);

        await LoginMigrations.MigrateAsync(Connection);

        Assert.Equal(TestDatabase.Columns, await TestDatabase.ColumnsAsync(Connection));
        var rows = await TestDatabase.ReadAsync(Connection, "SELECT user_id, message_id FROM user_logins");
        Assert.Equal(["u|", "u|"], rows);
    }

    [Fact]
    public async Task The_table_in_the_first_schema_of_the_search_path_is_adopted_and_no_other()
    {
        var events = new NpgsqlConnectionStringBuilder(Connection) { SearchPath = "events, public" }.ConnectionString;
        await TestDatabase.ExecuteAsync(Connection, $"CREATE SCHEMA events; {TestDatabase.OriginalTable}");
        await TestDatabase.ExecuteAsync(
            events, $"{TestDatabase.OriginalTable}; INSERT INTO user_logins (user_id) VALUES ('u')");

        await LoginMigrations.MigrateAsync(events);

        Assert.Equal(TestDatabase.Columns, await TestDatabase.ColumnsAsync(Connection, "events"));
        Assert.Equal(TestDatabase.Columns[..7], await TestDatabase.ColumnsAsync(Connection));
        Assert.Equal(["True"], await TestDatabase.IndexAsync(events));
    }

    [Fact]
    public async Task The_generations_of_masks_in_the_table_are_known_afterwards_and_no_other_text_counts_as_a_mask()
    {
        var hex = new string('a', 64);
        await TestDatabase.ExecuteAsync(
            Connection,
            $"""
            {TestDatabase.OriginalTable};
            INSERT INTO user_logins (masked_ip, masked_device_id, user_id) VALUES
                ('1:{hex}', '12:{hex}', '3:{hex}'), ('1:{hex}', NULL, NULL), (NULL, '2:{hex}', NULL),
                ('{hex}', '4:{hex}0', NULL), ('6:{hex[1..]}', '0:{hex}', NULL), ('7:', '', NULL),
                ('5:{hex[1..]}A', '5:{hex[1..]} ', NULL), ('99999999999:{hex}', '2001:db8::1', NULL);
            """);

        await LoginMigrations.MigrateAsync(Connection);

        var known = await TestDatabase.ReadAsync(
            Connection, "SELECT generation, key_check FROM masking_generations ORDER BY 1");
        Assert.Equal(["1|", "2|", "12|"], known);
    }

    [Fact]
    public async Task A_history_that_lacks_only_the_first_migration_is_completed()
    {
        await LoginMigrations.MigrateAsync(Connection);
        await TestDatabase.ExecuteAsync(
            Connection,
            """
            INSERT INTO user_logins (user_id) VALUES ('u');
            DROP VIEW user_logins_readable;
            ALTER TABLE user_logins DROP COLUMN message_id;
            DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260101000000_UserLogins';
            """);

        await LoginMigrations.MigrateAsync(Connection);

        Assert.Equal(TestDatabase.Columns.Order(), (await TestDatabase.ColumnsAsync(Connection)).Order());
        Assert.Equal(["True"], await TestDatabase.IndexAsync(Connection));
    }

    [Theory]
    [InlineData("DROP COLUMN locale", "user_logins has no column locale")]
    [InlineData("ALTER locale TYPE varchar(5)", "user_logins.locale has a type that logins do not fit: varchar")]
    [InlineData(
        "ALTER create_date TYPE timestamp", "user_logins.create_date has a type that logins do not fit: timestamp")]
    [InlineData("ALTER app_version TYPE text", "user_logins.app_version has a type that logins do not fit: text")]
    [InlineData("ALTER locale SET NOT NULL", "user_logins.locale is NOT NULL, but logins may lack it")]
    [InlineData(
        "ADD region text NOT NULL", "user_logins.region is NOT NULL without a default, but logins do not have it")]
    [InlineData("ADD message_id text", "user_logins.message_id is not of type uuid")]
    public async Task A_table_that_cannot_hold_logins_is_rejected_by_column_with_the_remedy_and_left_alone(
        string change, string rejection)
    {
        await TestDatabase.ExecuteAsync(Connection, $"{TestDatabase.OriginalTable}; ALTER TABLE user_logins {change}");
        var before = await TestDatabase.ColumnsAsync(Connection);

        var error = await Assert.ThrowsAsync<PostgresException>(() => LoginMigrations.MigrateAsync(Connection));

        Assert.Equal(rejection, error.MessageText);
        Assert.NotEmpty(error.Hint!);
        Assert.Equal(before, await TestDatabase.ColumnsAsync(Connection));
    }

    [Theory]
    [InlineData("CREATE VIEW user_logins AS SELECT 1 AS user_id")]
    [InlineData("CREATE TABLE user_logins (user_id varchar(128), create_date date) PARTITION BY RANGE (create_date)")]
    public async Task A_relation_with_the_name_of_the_table_that_is_not_a_plain_table_is_rejected(string statement)
    {
        await TestDatabase.ExecuteAsync(Connection, statement);

        var error = await Assert.ThrowsAsync<PostgresException>(() => LoginMigrations.MigrateAsync(Connection));

        Assert.Equal("user_logins in schema public is not a plain table", error.MessageText);
    }

    [Theory]
    [InlineData("CREATE INDEX ix_user_logins_message_id ON user_logins (message_id)")]
    [InlineData("CREATE UNIQUE INDEX ix_user_logins_message_id ON user_logins (message_id) WHERE user_id <> ''")]
    [InlineData("CREATE UNIQUE INDEX ix_user_logins_message_id ON user_logins (user_id)")]
    [InlineData("CREATE UNIQUE INDEX ix_user_logins_message_id ON user_logins (message_id, user_id)")]
    [InlineData("CREATE TABLE ix_user_logins_message_id ()")]
    public async Task A_relation_with_the_name_of_the_index_that_is_not_the_index_is_rejected(string statement)
    {
        await TestDatabase.ExecuteAsync(
            Connection, $"{TestDatabase.OriginalTable}; ALTER TABLE user_logins ADD message_id uuid; {statement}");

        var error = await Assert.ThrowsAsync<PostgresException>(() => LoginMigrations.MigrateAsync(Connection));

        Assert.Equal("ix_user_logins_message_id is not a unique index on user_logins (message_id)", error.MessageText);
        Assert.NotEmpty(error.Hint!);
    }

    [Theory]
    [InlineData("ALTER locale TYPE text")]
    [InlineData("ALTER locale TYPE varchar(99)")]
    [InlineData("ALTER user_id SET NOT NULL")]
    [InlineData("ADD id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY")]
    [InlineData("ADD region text NOT NULL DEFAULT 'eu'")]
    public async Task A_table_that_is_wider_than_needed_is_adopted(string change)
    {
        await TestDatabase.ExecuteAsync(Connection, $"{TestDatabase.OriginalTable}; ALTER TABLE user_logins {change}");

        await LoginMigrations.MigrateAsync(Connection);

        Assert.Contains("message_id|uuid|False", await TestDatabase.ColumnsAsync(Connection));
    }
}

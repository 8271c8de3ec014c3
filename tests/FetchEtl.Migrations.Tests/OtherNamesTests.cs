using FetchEtl.Logins;
using FetchEtl.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FetchEtl.Migrations.Tests;

/// <summary>
/// The tables in a schema of their own and the logins under another name, beside those of an application.
/// </summary>
public sealed class OtherNamesTests : IAsyncLifetime
{
    private const string History = "__EFMigrationsHistory";

    /// <summary>What an application that uses EF Core has in the same database.</summary>
    private const string Application =
        $"""
        CREATE TABLE "{History}" ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL);
        INSERT INTO "{History}" VALUES ('20200101000000_Orders', '10.0.0');
        CREATE TABLE orders (id integer);
        """;

    private static readonly StorageOptions Names = new() { Schema = "Identity", Table = "App_Logins" };

    private PostgresDatabase _database = null!;

    private string Connection => _database.ConnectionString;

    public async Task InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        await TestDatabase.ExecuteAsync(Connection, Application);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task The_tables_stand_in_their_schema_with_their_history_and_the_applications_own_stay_as_they_are()
    {
        await LoginMigrations.MigrateAsync(Connection, Names);
        var again = await LoginMigrations.MigrateAsync(Connection, Names, _ => { }, TimeProvider.System);

        Assert.Equal(LoginMigrationOutcome.Unchanged, again.Outcome);
        Assert.Equal(
            TestDatabase.Columns, await TestDatabase.ColumnsAsync(Connection, "\"Identity\"", "\"App_Logins\""));
        Assert.Equal(
            [
                "Identity|App_Logins", $"Identity|{History}", "Identity|audit_log", "Identity|erased_messages",
                "Identity|masking_generations", "Identity|pii_vault", "Identity|reader_domains",
                $"public|{History}", "public|orders",
            ],
            await TestDatabase.ReadAsync(
                Connection,
                """
                SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('Identity', 'public')
                ORDER BY schemaname COLLATE "C", tablename COLLATE "C"
                """));
        Assert.Equal(
            ["20200101000000_Orders"],
            await TestDatabase.ReadAsync(Connection, $"SELECT \"MigrationId\" FROM public.\"{History}\""));
    }

    [Fact]
    public async Task A_table_of_that_name_is_adopted_and_read_through_its_view()
    {
        var reports = new List<string>();
        await TestDatabase.ExecuteAsync(
            Connection,
            $"""
            CREATE SCHEMA "Identity";
            {TestDatabase.OriginalTable.Replace("user_logins", "\"Identity\".\"App_Logins\"")};
            INSERT INTO "Identity"."App_Logins" (user_id, app_version) VALUES ('u', 2003000);
            """);

        var result = await LoginMigrations.MigrateAsync(Connection, Names, reports.Add, TimeProvider.System);

        Assert.Equal((LoginMigrationOutcome.Adopted, 1), (result.Outcome, result.AdoptedRows));
        Assert.Contains("Adding the column message_id to Identity.App_Logins.", reports);
        Assert.Equal(
            ["u|2.3.0"],
            await TestDatabase.ReadAsync(
                Connection, "SELECT user_id, app_version FROM \"Identity\".user_logins_readable"));
    }

    [Fact]
    public async Task A_column_that_somebody_dropped_since_is_named_with_the_table()
    {
        await LoginMigrations.MigrateAsync(Connection, Names);
        await TestDatabase.ExecuteAsync(Connection, "DROP INDEX \"Identity\".ix_user_logins_message_id");

        var problem = await Assert.ThrowsAsync<LoginMigrationException>(
            () => LoginMigrations.MigrateAsync(Connection, Names));

        Assert.Contains("Identity.App_Logins has no valid unique index", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_and_a_context_with_these_names_write_and_read_the_table()
    {
        await LoginMigrations.MigrateAsync(Connection, Names);
        var options = new DbContextOptionsBuilder<LoginDbContext>();
        options.UseNpgsql(Connection).UseLoginTables(LoginTables.Of(Names));
        await using var session = new LoginDatabase(new NpgsqlConnection(Connection), LoginTables.Of(Names));
        await using var context = new LoginDbContext(options.Options);
        var login = new UserLogin { UserId = "u", MessageId = Guid.NewGuid() };

        var written = await session.InsertAsync([login, login]);

        Assert.Equal(1, written);
        Assert.Equal("u", (await context.UserLogins.SingleAsync()).UserId);
    }
}

using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace FetchEtl.Migrations;

/// <summary>
/// Creates contexts that find the migrations. <c>dotnet ef</c> uses the factory too, so it needs no start-up project,
/// no key and no database.
/// </summary>
internal sealed class LoginDbContextFactory : IDesignTimeDbContextFactory<LoginDbContext>
{
    private static readonly string? Assembly = typeof(LoginDbContextFactory).Assembly.FullName;

    /// <summary>Creates a context.</summary>
    /// <param name="connectionString">The database, or null: scripts and comparisons of models need none.</param>
    public static LoginDbContext Create(string? connectionString) =>
        Create(connectionString, new TableName(LoginTables.Default));

    /// <summary>Creates a context whose statements name the logins' table as settings do.</summary>
    /// <param name="connectionString">The database, or null.</param>
    /// <param name="name">The name, with the schema of EF Core's history.</param>
    public static LoginDbContext Create(string? connectionString, TableName name)
    {
        var options = new DbContextOptionsBuilder<LoginDbContext>()
            // A migration may read a large table, so its statements have no time limit.
            .UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly(Assembly).CommandTimeout(0)
                .MigrationsHistoryTable(HistoryRepository.DefaultTableName, name.Tables.Schema))
            .AddInterceptors(name)
            .Options;
        return new LoginDbContext(options);
    }

    /// <summary>Creates a context over a connection that stays the caller's.</summary>
    /// <param name="connection">The connection, open or closed.</param>
    public static LoginDbContext Create(NpgsqlConnection connection) => new(
        new DbContextOptionsBuilder<LoginDbContext>()
            .UseNpgsql(connection, npgsql => npgsql.MigrationsAssembly(Assembly))
            .Options);

    /// <summary>Creates a context that knows the tables by the names of the settings, and no migrations.</summary>
    /// <param name="connection">The connection, open or closed.</param>
    /// <param name="tables">The names.</param>
    public static LoginDbContext CreateModel(NpgsqlConnection connection, LoginTables tables)
    {
        var options = new DbContextOptionsBuilder<LoginDbContext>();
        options.UseLoginTables(tables);
        return new LoginDbContext(options.UseNpgsql(connection).Options);
    }

    /// <inheritdoc/>
    public LoginDbContext CreateDbContext(string[] args) => Create(connectionString: null);
}

using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace FetchEtl.Migrations;

/// <summary>
/// Creates contexts that find the migrations. <c>dotnet ef</c> uses the factory too, so it needs no start-up project,
/// no key and no database.
/// </summary>
internal sealed class LoginDbContextFactory : IDesignTimeDbContextFactory<LoginDbContext>
{
    /// <summary>Creates a context.</summary>
    /// <param name="connectionString">The database, or null: scripts and comparisons of models need none.</param>
    public static LoginDbContext Create(string? connectionString)
    {
        var assembly = typeof(LoginDbContextFactory).Assembly.FullName;
        var options = new DbContextOptionsBuilder<LoginDbContext>()
            // A migration may read a large table, so its statements have no time limit.
            .UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly(assembly).CommandTimeout(0))
            .Options;
        return new LoginDbContext(options);
    }

    /// <inheritdoc/>
    public LoginDbContext CreateDbContext(string[] args) => Create(connectionString: null);
}

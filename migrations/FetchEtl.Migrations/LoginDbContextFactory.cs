using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace FetchEtl.Migrations;

/// <summary>Makes contexts that know the migrations, here and for <c>dotnet ef</c>.</summary>
internal sealed class LoginDbContextFactory : IDesignTimeDbContextFactory<LoginDbContext>
{
    /// <summary>A context over a database, or over none: enough to make scripts and compare models.</summary>
    public static LoginDbContext Create(string? connectionString)
    {
        var assembly = typeof(LoginDbContextFactory).Assembly.FullName;
        var options = new DbContextOptionsBuilder<LoginDbContext>()
            // Without a timeout: a migration may read a large table, and another process waits for its turn meanwhile.
            .UseNpgsql(connectionString, npgsql => npgsql.MigrationsAssembly(assembly).CommandTimeout(0))
            .Options;
        return new LoginDbContext(options);
    }

    public LoginDbContext CreateDbContext(string[] args) => Create(connectionString: null);
}

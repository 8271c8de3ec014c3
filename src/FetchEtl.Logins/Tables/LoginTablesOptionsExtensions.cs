using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Options of <see cref="LoginDbContext"/>.</summary>
public static class LoginTablesOptionsExtensions
{
    /// <summary>Lets the context use tables of other names.</summary>
    /// <param name="builder">The options.</param>
    /// <param name="tables">The names.</param>
    /// <returns>The options.</returns>
    public static DbContextOptionsBuilder UseLoginTables(this DbContextOptionsBuilder builder, LoginTables tables)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(tables);
        ((IDbContextOptionsBuilderInfrastructure)builder).AddOrUpdateExtension(new LoginTablesExtension(tables));
        return builder;
    }
}

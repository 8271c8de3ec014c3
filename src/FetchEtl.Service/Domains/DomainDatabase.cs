using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;

namespace FetchEtl.Service;

/// <summary>The database, for the verbs on domains that need no keys.</summary>
internal static class DomainDatabase
{
    /// <exception cref="UsageException">The connection string is missing or invalid.</exception>
    public static LoginDbContext Open(string[] settings)
    {
        var connectionString = DatabaseSetting.Read(ServiceHost.Create(settings).Configuration);
        return new LoginDbContext(new DbContextOptionsBuilder<LoginDbContext>().UseNpgsql(connectionString).Options);
    }
}

using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;

namespace FetchEtl.Service;

/// <summary>Opens the database for a verb that runs without a host.</summary>
internal static class LoginDatabase
{
    /// <summary>Opens the database of the settings, of which it needs no others.</summary>
    /// <exception cref="UsageException">The connection string is missing or invalid.</exception>
    public static LoginDbContext Open(string[] settings) =>
        Open(DatabaseSetting.Read(ServiceHost.Create(settings).Configuration));

    /// <summary>Opens a database whose connection string was checked.</summary>
    public static LoginDbContext Open(string connectionString) =>
        new(new DbContextOptionsBuilder<LoginDbContext>().UseNpgsql(connectionString).Options);
}

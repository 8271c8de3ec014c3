using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>The connection string, for the verbs that need the database and none of the other settings.</summary>
internal static class DatabaseSetting
{
    /// <exception cref="UsageException">The connection string is missing or invalid.</exception>
    public static string Read(IConfiguration configuration)
    {
        var connectionString = configuration.GetConnectionString("Logins");
        return IsConnectionString(connectionString)
            ? connectionString!
            : throw new UsageException(
                "ConnectionStrings:Logins must name the PostgreSQL to use, as in Host=…;Database=…;Username=….");
    }

    private static bool IsConnectionString(string? text)
    {
        try
        {
            return !string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(text).Host);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

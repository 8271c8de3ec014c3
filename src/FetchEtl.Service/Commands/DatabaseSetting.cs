using FetchEtl.Logins;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>The connection string, for the verbs that need the database and none of the other settings.</summary>
internal static class DatabaseSetting
{
    /// <exception cref="UsageException">The connection string is missing or invalid.</exception>
    public static string Read(IConfiguration configuration)
    {
        var storage = new StorageOptions();
        List<string> problems = [.. SettingsReader.Read(configuration.GetSection("Storage"), storage)];
        var connectionString = configuration.GetConnectionString("Logins");
        if (!IsConnectionString(connectionString))
        {
            problems.Add(
                "ConnectionStrings:Logins must name the PostgreSQL to use, as in Host=…;Database=…;Username=….");
        }
        else if (storage.RequireTls && ServerIdentity.FindUnverifiedHosts(connectionString!).Count > 0)
        {
            problems.Add(
                "ConnectionStrings:Logins must have SSL Mode=VerifyFull or SSL Mode=VerifyCA, because "
                + "Storage:RequireTls is true.");
        }

        return problems.Count == 0 ? connectionString! : throw new UsageException(problems);
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

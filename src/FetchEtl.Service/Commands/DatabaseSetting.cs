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
        if (Problem(connectionString) is { } problem)
        {
            problems.Add(
                $"ConnectionStrings:Logins {problem}: it must name the PostgreSQL to use, as in "
                + "Host=…;Database=…;Username=….");
        }
        else if (storage.RequireTls && ServerIdentity.FindUnverifiedHosts(connectionString!).Count > 0)
        {
            problems.Add(
                "ConnectionStrings:Logins must have SSL Mode=VerifyFull or SSL Mode=VerifyCA, because "
                + "Storage:RequireTls is true.");
        }

        return problems.Count == 0 ? connectionString! : throw new UsageException(problems);
    }

    /// <summary>Npgsql's own text can quote a password that holds a semicolon.</summary>
    private static string? Problem(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "is not set";
        }

        try
        {
            return string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(text).Host) ? "has no Host" : null;
        }
        catch (ArgumentException)
        {
            return "has a keyword that Npgsql does not know, or a value that is not of its type, such as a Port that "
                + "is no number";
        }
    }
}

using FetchEtl.Logins;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>The connection string, for the verbs that need the database and none of the other settings.</summary>
internal static class DatabaseSetting
{
    /// <summary>Reads it, and warns where nothing checks which server answers.</summary>
    /// <exception cref="UsageException">The connection string is missing or invalid.</exception>
    public static string Read(IConfiguration configuration)
    {
        var connectionString = ReadQuietly(configuration);
        Warnings.OfServer(connectionString);
        return connectionString;
    }

    /// <summary>The same without a warning, for a verb that reports the server's identity itself.</summary>
    /// <exception cref="UsageException">The connection string is missing or invalid.</exception>
    public static string ReadQuietly(IConfiguration configuration)
    {
        var storage = new StorageOptions();
        IReadOnlyList<string> problems = SettingsReader.Read(configuration.GetSection("Storage"), storage);
        var connectionString = configuration.GetConnectionString("Logins");
        problems = [.. problems, .. ConnectionSetting.Validate(connectionString, storage.RequireTls)];
        return problems.Count == 0 ? connectionString! : throw new UsageException(problems);
    }

    /// <summary>The server's host and port, for an error text.</summary>
    /// <param name="settings">The settings of the command line.</param>
    /// <returns>Null where the settings name none.</returns>
    public static string? ServerOf(string[] settings)
    {
        try
        {
            var connectionString = ServiceHost.Create(settings).Configuration.GetConnectionString("Logins");
            var builder = new NpgsqlConnectionStringBuilder(connectionString);
            return string.IsNullOrEmpty(builder.Host) ? null : $"{builder.Host}:{builder.Port}";
        }
        catch (Exception exception) when (exception is ArgumentException || ErrorText.Of(exception) is not null)
        {
            return null;
        }
    }
}

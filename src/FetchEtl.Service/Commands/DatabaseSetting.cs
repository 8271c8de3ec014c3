using FetchEtl.Logins;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>The connection string, for the verbs that need the database and none of the other settings.</summary>
internal static class DatabaseSetting
{
    /// <summary>Creates a session for a verb that runs without a host.</summary>
    /// <exception cref="UsageException">The connection string is missing or invalid.</exception>
    public static LoginDatabase Open(string[] settings) => Open(Read(ServiceHost.Create(settings).Configuration));

    /// <summary>Creates a session where the connection string was checked.</summary>
    public static LoginDatabase Open(string connectionString) => new(new NpgsqlConnection(connectionString));

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
    /// <param name="configuration">The settings.</param>
    /// <param name="passes">Which problems are passed by; null for none.</param>
    public static string ReadQuietly(IConfiguration configuration, Func<string, bool>? passes = null)
    {
        var storage = new StorageOptions();
        IReadOnlyList<string> problems = SettingsReader.Read(configuration.GetSection("Storage"), storage);
        var connectionString = configuration.GetConnectionString("Logins");
        problems =
        [
            .. problems.Where(problem => passes?.Invoke(problem) != true),
            .. ConnectionSetting.Validate(connectionString, storage.RequireTls),
            .. TableProblems(storage),
        ];
        return problems.Count == 0 ? InSchema(connectionString!, storage.Schema) : throw new UsageException(problems);
    }

    private static IEnumerable<string> TableProblems(StorageOptions storage)
    {
        if (storage.Table != LoginTables.DefaultTable)
        {
            yield return "Storage:Table names another table than user_logins, and only run and drain can use such a "
                + "one: remove it for this verb.";
        }

        if (storage.Schema is not null && !LoginTables.IsSchema(storage.Schema))
        {
            yield return $"Storage:Schema must be {LoginTables.SchemaRule}.";
        }
    }

    /// <summary>Names in the verbs' SQL have no schema, so the schema comes first in the search path.</summary>
    private static string InSchema(string connectionString, string? schema)
    {
        if (schema is null)
        {
            return connectionString;
        }

        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        builder.SearchPath = string.IsNullOrEmpty(builder.SearchPath)
            ? $"\"{schema}\""
            : $"\"{schema}\",{builder.SearchPath}";
        return builder.ConnectionString;
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

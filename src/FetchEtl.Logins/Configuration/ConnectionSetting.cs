using System.ComponentModel;
using System.Data.Common;
using System.Reflection;
using Npgsql;

namespace FetchEtl.Logins;

/// <summary>
/// Checks the setting <c>ConnectionStrings:Logins</c>. A problem names a keyword only where Npgsql knows it, and never
/// quotes a value: what looks like a keyword can be the rest of a password with a semicolon.
/// </summary>
public static class ConnectionSetting
{
    private const string Example = "Host=…;Database=…;Username=…";

    /// <summary>The keywords of Npgsql, each with the property that holds its value.</summary>
    private static readonly Dictionary<string, PropertyInfo> Keywords = typeof(NpgsqlConnectionStringBuilder)
        .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(property => property.CanWrite && property.GetCustomAttribute<DisplayNameAttribute>() is not null)
        .ToDictionary(property => property.GetCustomAttribute<DisplayNameAttribute>()!.DisplayName);

    /// <summary>Finds what is wrong with the connection string.</summary>
    /// <param name="connectionString">The value; null where it is not set.</param>
    /// <param name="requireTls">The setting <c>Storage:RequireTls</c>.</param>
    /// <param name="keyPrefix">What stands before each key: a section with a colon, or nothing.</param>
    /// <returns>The problems, each with the key and the remedy; empty where there is none.</returns>
    public static IReadOnlyList<string> Validate(string? connectionString, bool requireTls, string keyPrefix = "")
    {
        var key = $"{keyPrefix}ConnectionStrings:Logins";
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            return [$"{key} is missing: set it to a PostgreSQL connection string, as in {Example}."];
        }

        if (Parse(connectionString) is not { } pairs)
        {
            var form = connectionString.Contains("://", StringComparison.Ordinal)
                ? $"it is a URL, and Npgsql takes keywords: write it as {Example}"
                : $"write it as {Example}, and put a value that holds a semicolon or a quote in quotes";
            return [$"{key} is not a connection string that Npgsql can read: {form}."];
        }

        List<string> problems =
        [
            .. pairs.Select(pair => Problem(pair.Key, pair.Value)).OfType<string>().Distinct()
                .Select(problem => $"{key} {problem}."),
        ];
        if (problems.Count > 0)
        {
            return problems;
        }

        if (string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(connectionString).Host))
        {
            return [$"{key} names no host: write it as {Example}."];
        }

        return requireTls && ServerIdentity.FindUnverifiedHosts(connectionString).Count > 0
            ?
            [
                $"{key} must have SSL Mode=VerifyFull or SSL Mode=VerifyCA, because {keyPrefix}Storage:RequireTls is "
                + "true; Root Certificate names the file of a private authority.",
            ]
            : [];
    }

    private static Dictionary<string, object>? Parse(string connectionString)
    {
        try
        {
            var builder = new DbConnectionStringBuilder { ConnectionString = connectionString };
            return builder.Keys.Cast<string>().ToDictionary(keyword => keyword, keyword => builder[keyword]);
        }
        catch (ArgumentException)
        {
            // The text of the exception can quote the password.
            return null;
        }
    }

    private static string? Problem(string keyword, object value)
    {
        try
        {
            _ = new NpgsqlConnectionStringBuilder { [keyword] = value };
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException
            or InvalidCastException or OverflowException or NotSupportedException)
        {
            if (new NpgsqlConnectionStringBuilder().ContainsKey(keyword))
            {
                return Describe(keyword);
            }

            return SettingsNames.Nearest(keyword, Keywords.Keys) is { } name
                ? $"has a keyword that Npgsql does not know: write {name}, or put a value that holds a semicolon in "
                    + "quotes"
                : "has a keyword that Npgsql does not know, or a value with a semicolon and without quotes";
        }
    }

    /// <summary>The keyword as Npgsql writes it, and the values that it takes.</summary>
    private static string Describe(string keyword)
    {
        var name = Keywords.Keys.FirstOrDefault(known => Letters(known) == Letters(keyword));
        var type = name is null ? null : Keywords[name].PropertyType;
        type = type is null ? null : Nullable.GetUnderlyingType(type) ?? type;
        var form = type switch
        {
            { IsEnum: true } => $"must be one of {string.Join(", ", Enum.GetNames(type))}",
            _ when type == typeof(bool) => "must be true or false",
            _ when type == typeof(int) => "must be a whole number within its limits",
            _ => "has a value that Npgsql does not take",
        };
        return $"holds a wrong value: {name ?? keyword} {form}";
    }

    private static string Letters(string keyword) =>
        keyword.Replace(" ", string.Empty, StringComparison.Ordinal).ToUpperInvariant();
}

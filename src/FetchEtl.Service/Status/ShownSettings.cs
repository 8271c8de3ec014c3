using System.Reflection;
using FetchEtl.Logins;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Service;

/// <summary>
/// The settings in effect, without secrets: numbers, switches and choices by their type, and texts only by name. A
/// setting that is added later and holds a text is not shown until it is named here.
/// </summary>
internal static class ShownSettings
{
    /// <summary>Texts that hold no secret.</summary>
    private static readonly HashSet<string> Texts = new(StringComparer.Ordinal)
    {
        "Service:Urls", "Service:AllowedHosts", "Sqs:QueueName", "Sqs:Region",
    };

    /// <summary>Lists that hold no secret.</summary>
    private static readonly HashSet<string> Lists = new(StringComparer.Ordinal) { "Masking:Fields" };

    /// <summary>Lists each setting with its value, and what the table says of its rows.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(
        ServiceSettings service, SqsSettings sqs, LoginsOptions logins, TableSettings? table) =>
    [
        .. Section(ServiceSettings.Section, service),
        .. Section(SqsSettings.Section, sqs),
        new("Sqs:DeadLetterQueueName", sqs.DeadLetterQueue),
        new("ConnectionStrings:Logins", Database(logins.ConnectionString)),
        .. Section("Storage", logins.Storage),
        .. Section("Masking", logins.Masking),
        .. Keys(logins.Masking),
        .. Section("AppVersion", logins.AppVersion),
        .. Table(table),
    ];

    /// <summary>
    /// How many keys there are, and whether there is a vault: their values are secrets, or paths to them.
    /// </summary>
    private static IEnumerable<KeyValuePair<string, string>> Keys(MaskingOptions masking) =>
    [
        new(
            masking.KeyFiles.Count > masking.Keys.Count ? "Masking:KeyFiles" : "Masking:Keys",
            Words.Count(Math.Max(masking.Keys.Count, masking.KeyFiles.Count), "generation")),
        new("Masking:Vault:PublicKeyFile", masking.HasVault ? "set" : "not set"),
    ];

    /// <summary>What the table decides; nothing while it could not be read yet.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Table(TableSettings? table) => table is null
        ? []
        :
        [
            new("user_logins: masked fields", string.Join(", ", table.Fields.Select(PiiFields.Name))),
            new("user_logins: message ids", $"{table.MessageIds}"),
        ];

    private static IEnumerable<KeyValuePair<string, string>> Section(string section, object settings) => settings
        .GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .IntersectBy(SettingsReader.NamesOf(settings.GetType()), property => property.Name)
        .Select(property => (Key: $"{section}:{property.Name}", Value: property.GetValue(settings)))
        .Select(setting => (setting.Key, Text: Text(setting.Key, setting.Value)))
        .Where(setting => setting.Text is not null)
        .Select(setting => KeyValuePair.Create(setting.Key, setting.Text!));

    private static string? Text(string key, object? value) => value switch
    {
        bool isSet => isSet ? "true" : "false",
        int or long or Enum => $"{value}",
        string text when Texts.Contains(key) && text.Length > 0 => text,
        Uri url => url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped),
        IList<string> { Count: > 0 } list when Lists.Contains(key) => string.Join(", ", list),
        IDictionary<string, MaskingMethod> { Count: > 0 } methods =>
            string.Join(", ", methods.Select(method => $"{method.Key}={method.Value}")),
        _ => null,
    };

    private static string Database(string? connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{builder.Database} on {builder.Host}:{builder.Port} as {builder.Username}";
    }
}

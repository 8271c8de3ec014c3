using FetchEtl.Logins;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>The sections that the service reads, and the names of their settings.</summary>
internal static class SettingsSections
{
    /// <summary>Where the settings of an application that uses the library usually stand.</summary>
    private const string Library = "FetchEtl";

    /// <summary>.NET's own section. It can hold the name of any log provider.</summary>
    private const string Logging = "Logging";

    private static readonly Dictionary<string, IReadOnlyList<string>> Settings =
        new(LoginsConfiguration.Sections, StringComparer.OrdinalIgnoreCase)
        {
            [ServiceSettings.Section] = SettingsReader.NamesOf(typeof(ServiceSettings)),
            [SqsSettings.Section] = SettingsReader.NamesOf(typeof(SqsSettings)),
            [AwsSettings.Section] = AwsSettings.Keys,
            [Logging] = ["LogLevel", "Console"],
        };

    /// <summary>The names of the sections.</summary>
    public static IReadOnlyCollection<string> Names => Settings.Keys;

    /// <summary>Checks a key such as <c>Sqs:QueueName</c>.</summary>
    /// <returns>The problem, with the key that was probably meant; null where the setting exists.</returns>
    public static string? Problem(string key)
    {
        var parts = key.Split(ConfigurationPath.KeyDelimiter);
        if (!Settings.TryGetValue(parts[0], out var names))
        {
            var meant = SettingsNames.Nearest(parts[0], Names) is { } name ? $"did you mean {name}? The" : "the";
            return $"'{parts[0]}' is not a section of settings: {meant} sections are {string.Join(", ", Names)}.";
        }

        var isKnown = names.Contains(parts[1], StringComparer.OrdinalIgnoreCase)
            || parts[0].Equals(Logging, StringComparison.OrdinalIgnoreCase);
        return isKnown ? null : SettingsNames.Unknown(Section($"{parts[0]}:{parts[1]}"), names);
    }

    /// <summary>Finds the settings of a name that was written without its section.</summary>
    public static IEnumerable<string> WithSection(string name) => Settings
        .SelectMany(section => section.Value.Select(setting => (Section: section.Key, Setting: setting)))
        .Where(x => x.Setting.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(x => $"{x.Section}:{x.Setting}");

    private static IConfigurationSection Section(string path) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?> { [path] = string.Empty })
        .Build()
        .GetSection(path);

    /// <summary>
    /// Checks that no section is misspelled: its settings would be ignored, and the service would run without them.
    /// </summary>
    /// <exception cref="UsageException">Sections are misspelled; the problems name those that were meant.</exception>
    public static void Check(IConfiguration configuration)
    {
        List<string> problems = [.. SettingsNames.FindMisspelled(configuration, Settings)];
        problems.AddRange(configuration.GetSection(Library).GetChildren()
            .Where(child => Settings.ContainsKey(child.Key))
            .Select(child => $"{child.Path} is not read: the service's settings have no prefix, write {child.Key}."));
        if (problems.Count > 0)
        {
            throw new UsageException(problems);
        }
    }
}

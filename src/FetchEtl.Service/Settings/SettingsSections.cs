using FetchEtl.Logins;
using FetchEtl.Masking;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>The sections that the service reads, and the names of their settings.</summary>
internal static class SettingsSections
{
    /// <summary>Where the settings of an application that uses the library usually stand.</summary>
    private const string Library = "FetchEtl";

    private static readonly Dictionary<string, IReadOnlyList<string>> Settings =
        new(StringComparer.OrdinalIgnoreCase)
        {
            [ServiceSettings.Section] = SettingsReader.NamesOf(typeof(ServiceSettings)),
            [SqsSettings.Section] = SettingsReader.NamesOf(typeof(SqsSettings)),
            [AwsSettings.Section] = AwsSettings.Keys,
            ["ConnectionStrings"] = ["Logins"],
            ["Storage"] = SettingsReader.NamesOf(typeof(StorageOptions)),
            ["Masking"] = SettingsReader.NamesOf(typeof(MaskingOptions)),
            ["AppVersion"] = SettingsReader.NamesOf(typeof(AppVersionOptions)),
            ["Logging"] = ["LogLevel", "Console"],
        };

    /// <summary>The names of the sections.</summary>
    public static IReadOnlyCollection<string> Names => Settings.Keys;

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

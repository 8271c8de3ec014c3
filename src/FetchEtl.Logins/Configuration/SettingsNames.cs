using Microsoft.Extensions.Configuration;

namespace FetchEtl.Logins;

/// <summary>
/// Finds keys that name no setting. Configuration ignores such a key, so the setting that was meant would keep its
/// default.
/// </summary>
public static class SettingsNames
{
    /// <summary>Finds the name that was probably meant.</summary>
    /// <param name="word">What was written.</param>
    /// <param name="names">The names that exist.</param>
    /// <returns>The nearest of the names, whatever the case; null where none is near.</returns>
    public static string? Nearest(string word, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(names);
        return Spelling.Nearest(word, names);
    }

    /// <summary>Describes a key of a section that names no setting.</summary>
    /// <param name="setting">The key.</param>
    /// <param name="names">The names of the section's settings.</param>
    /// <returns>The problem, with the nearest name, else with all names; it never quotes the value.</returns>
    public static string Unknown(IConfigurationSection setting, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(setting);
        string[] known = [.. names];
        var section = ConfigurationPath.GetParentPath(setting.Path);
        var prefix = section is null ? string.Empty : $"{section}:";
        var meant = Spelling.Nearest(setting.Key, known)
            ?? Array.Find(known, name => name.StartsWith(setting.Key, StringComparison.OrdinalIgnoreCase));
        return meant is null
            ? $"{setting.Path} is not a setting; there are {string.Join(", ", known.Select(x => $"{prefix}{x}"))}."
            : $"{setting.Path} is not a setting: did you mean {prefix}{meant}?";
    }

    /// <summary>
    /// Finds misspelled sections beside the sections of other programs. A key counts as misspelled where its own name
    /// is near that of a section, and the name of a key below it is that of a setting there, or near it. It also counts
    /// where single underscores separate the names of a section and a setting.
    /// </summary>
    /// <param name="root">The configuration that holds the sections.</param>
    /// <param name="sections">The names of the settings by that of their section.</param>
    /// <returns>The problems, each with the key and the one that was meant, never with a value.</returns>
    public static IReadOnlyList<string> FindMisspelled(
        IConfiguration root, IReadOnlyDictionary<string, IReadOnlyList<string>> sections)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(sections);
        return [.. root.GetChildren().Select(child => Misspelled(child, sections)).OfType<string>()];
    }

    private static string? Misspelled(
        IConfigurationSection child, IReadOnlyDictionary<string, IReadOnlyList<string>> sections)
    {
        if (child.Key.Split('_') is [var section, var setting, ..] parts
            && sections.GetValueOrDefault(section)?.Contains(setting) == true)
        {
            return $"{child.Key} is not a setting: an environment variable is written with two underscores, "
                + $"{string.Join("__", parts)}.";
        }

        return !sections.Keys.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
            && Spelling.Nearest(child.Key, sections.Keys) is { } meant
            && child.GetChildren().Any(key => Spelling.Nearest(key.Key, sections[meant]) is not null)
            ? $"{child.Key} is not a section of settings: did you mean {meant}?"
            : null;
    }
}

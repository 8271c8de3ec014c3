using Microsoft.Extensions.Configuration;

namespace FetchEtl.Logins;

/// <summary>Binds <see cref="LoginsOptions"/> to a configuration section. All keys are relative to it.</summary>
public static class LoginsConfiguration
{
    internal const string Storage = "Storage";
    internal const string Masking = "Masking";
    internal const string AppVersion = "AppVersion";
    internal const string ConnectionStrings = "ConnectionStrings";

    private const string Logins = "Logins";

    /// <summary>The names of the library's sections, each with the names of its settings.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Sections { get; } =
        new Dictionary<string, IReadOnlyList<string>>
    {
        [ConnectionStrings] = [Logins],
        [Storage] = SettingsReader.NamesOf(typeof(StorageOptions)),
        [Masking] = SettingsReader.NamesOf(typeof(MaskingOptions)),
        [AppVersion] = SettingsReader.NamesOf(typeof(AppVersionOptions)),
    };

    /// <summary>
    /// Binds what can be bound. The validator reports the rest, so that one start shows all problems.
    /// </summary>
    internal static void Bind(IConfiguration section, LoginsOptions options)
    {
        options.KeyPrefix = section is IConfigurationSection { Path: var path } ? $"{path}:" : string.Empty;
        options.UnknownKeys = [.. UnknownKeys(section)];
        options.ConnectionString = section.GetConnectionString(Logins);
        Read(Storage, options.Storage);
        Read(AppVersion, options.AppVersion);
        Read(Masking, options.Masking);

        void Read(string name, object target)
        {
            if (SettingsReader.Read(section.GetSection(name), target) is { Count: > 0 } problems)
            {
                options.UnboundSections[name] = problems;
            }
        }
    }

    /// <summary>
    /// A section is the library's alone: any other key is a mistake. The root belongs to all programs, so only keys
    /// near the library's are.
    /// </summary>
    private static IEnumerable<string> UnknownKeys(IConfiguration section)
    {
        var connections = section.GetSection(ConnectionStrings).GetChildren().Where(child => !Is(child, Logins));
        if (section is IConfigurationSection)
        {
            return section.GetChildren()
                .Where(child => !Sections.Keys.Any(name => Is(child, name)))
                .Select(child => SettingsNames.Unknown(child, Sections.Keys))
                .Concat(connections.Select(child => SettingsNames.Unknown(child, [Logins])));
        }

        return SettingsNames.FindMisspelled(section, Sections).Concat(connections
            .Where(child => Spelling.Nearest(child.Key, [Logins]) is not null)
            .Select(child => SettingsNames.Unknown(child, [Logins])));
    }

    private static bool Is(IConfigurationSection child, string name) =>
        child.Key.Equals(name, StringComparison.OrdinalIgnoreCase);
}

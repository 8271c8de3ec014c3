using System.Collections;
using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Logins;

/// <summary>
/// Reads sections of configuration into objects with settings. The configuration binder would stop at the first
/// problem, quote the value, which can be a misplaced secret, and close the gaps of a list.
/// </summary>
public static class SettingsReader
{
    /// <summary>
    /// Sets every property that the section has a key for. A list takes <c>Key:0</c>, <c>Key:1</c> and so on, or a
    /// single value under <c>Key</c>, and a dictionary <c>Key:Name</c>.
    /// </summary>
    /// <param name="section">The section; its path is part of every problem.</param>
    /// <param name="settings">
    /// The object, with its defaults. A property whose type is a class with settings is a section of its own.
    /// </param>
    /// <returns>
    /// The problems, each with the full key and the expected form, never with a value. Where there is one, the object
    /// is incomplete.
    /// </returns>
    public static IReadOnlyList<string> Read(IConfigurationSection section, object settings)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(settings);
        var problems = new List<string>();
        ReadSection(section, settings, problems);
        return problems;
    }

    /// <summary>Returns the names of an object's settings.</summary>
    /// <param name="settings">The object's type.</param>
    public static IReadOnlyList<string> NamesOf(Type settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return [.. SettingsOf(settings).Select(property => property.Name)];
    }

    private static void ReadSection(IConfigurationSection section, object settings, List<string> problems)
    {
        var properties = SettingsOf(settings.GetType());

        // At the root it is a plain environment variable such as STORAGE, which can be another program's.
        if (!string.IsNullOrEmpty(section.Value) && section.Path != section.Key)
        {
            var keys = properties.Select(property => $"{section.Path}:{property.Name}");
            problems.Add($"{section.Path} is a section and has no value of its own: set {string.Join(", ", keys)}.");
        }

        foreach (var setting in section.GetChildren())
        {
            var property = Array.Find(properties, p => p.Name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                problems.Add(SettingsNames.Unknown(setting, properties.Select(p => p.Name)));
            }
            else if (IsSection(property.PropertyType))
            {
                ReadSection(setting, property.GetValue(settings)!, problems);
            }
            else if (property.GetValue(settings) is IDictionary map)
            {
                ReadMap(setting, map, property.PropertyType.GetGenericArguments()[1], problems);
            }
            else if (IsList(property.PropertyType))
            {
                ReadList(setting, (IList<string>)property.GetValue(settings)!, problems);
            }
            else
            {
                ReadValue(setting, property, settings, problems);
            }
        }
    }

    private static void ReadMap(IConfigurationSection setting, IDictionary map, Type type, List<string> problems)
    {
        if (!string.IsNullOrEmpty(setting.Value))
        {
            problems.Add($"{setting.Path} has no value of its own: write {setting.Path}:NAME.");
        }

        foreach (var entry in setting.GetChildren().Where(child => !string.IsNullOrEmpty(child.Value)))
        {
            if (Convert(entry.Value!, type) is { } value)
            {
                map[entry.Key] = value;
            }
            else
            {
                problems.Add($"{entry.Path} must be {Form(type)}.");
            }
        }
    }

    private static void ReadList(IConfigurationSection setting, IList<string> texts, List<string> problems)
    {
        var hasIndexes = setting.GetChildren().Any();
        if (string.IsNullOrEmpty(setting.Value))
        {
            IndexedTexts.Read(setting, texts);
        }
        else if (hasIndexes)
        {
            problems.Add(
                $"{setting.Path} has a value and an index: number the whole list, from {setting.Path}:0 on.");
        }
        else
        {
            texts.Clear();
            texts.Add(setting.Value);
        }
    }

    private static void ReadValue(
        IConfigurationSection setting, PropertyInfo property, object settings, List<string> problems)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        var isOptional = !type.IsValueType || type != property.PropertyType;
        if (setting.GetChildren().Any())
        {
            problems.Add($"{setting.Path} must be {Form(type)}, without further keys below it.");
        }
        else if (setting.Value is not { } text || (text.Length == 0 && isOptional && type != typeof(string)))
        {
            // An empty environment variable sets nothing.
        }
        else if (type == typeof(string))
        {
            property.SetValue(settings, text);
        }
        else if (Convert(text, type) is { } value)
        {
            property.SetValue(settings, value);
        }
        else
        {
            problems.Add($"{setting.Path} must be {Form(type)}.");
        }
    }

    private static object? Convert(string text, Type type)
    {
        try
        {
            var value = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text)!;
            return value switch
            {
                Enum => Enum.IsDefined(type, value) ? value : null,
                Uri url => url is { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "" } ? url : null,
                _ => value,
            };
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Form(Type type) => type switch
    {
        { IsEnum: true } => OneOf(Enum.GetNames(type)),
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) => "a whole number",
        _ when type == typeof(Uri) => "an http or https URL such as http://127.0.0.1:4566, without user and password",
        _ => "one text",
    };

    private static string OneOf(string[] names) =>
        names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";

    private static PropertyInfo[] SettingsOf(Type type) => Array.FindAll(
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance),
        property => property.CanWrite || IsList(property.PropertyType));

    private static bool IsList(Type type) => type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable));

    private static bool IsSection(Type type) =>
        type.IsClass && type != typeof(string) && type != typeof(Uri) && !IsList(type);
}

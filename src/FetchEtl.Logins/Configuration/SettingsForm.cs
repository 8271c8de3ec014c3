using System.Collections;
using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Logins;

/// <summary>
/// Finds keys that do not exist and values that do not have the form of their option. The configuration binder would
/// stop at the first one and quote the value, which can be a misplaced secret.
/// </summary>
internal static class SettingsForm
{
    /// <param name="section">The section; its path is part of every problem.</param>
    /// <param name="options">The type that the section is bound to.</param>
    /// <returns>The problems, each with the full key and the expected form, never with a value.</returns>
    public static IReadOnlyList<string> FindProblems(IConfigurationSection section, Type options)
    {
        var properties = options.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        var problems = new List<string>();
        foreach (var setting in section.GetChildren())
        {
            var property = Array.Find(properties, p => p.Name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                var names = string.Join(", ", properties.Select(p => p.Name));
                problems.Add($"{setting.Path} is not a setting: the settings of {section.Path} are {names}.");
            }
            else if (IsNested(property.PropertyType))
            {
                problems.AddRange(FindProblems(setting, property.PropertyType));
            }
            else if (!HasForm(setting, property.PropertyType))
            {
                problems.Add($"{setting.Path} must be {Describe(setting, property.PropertyType)}.");
            }
        }

        return problems;
    }

    private static bool HasForm(IConfigurationSection setting, Type type)
    {
        if (IsList(type))
        {
            return string.IsNullOrEmpty(setting.Value);
        }

        if (setting.GetChildren().Any())
        {
            return false;
        }

        var single = Nullable.GetUnderlyingType(type) ?? type;
        if (setting.Value is null || (setting.Value.Length == 0 && single != type))
        {
            return true;
        }

        try
        {
            var value = TypeDescriptor.GetConverter(single).ConvertFromInvariantString(setting.Value)!;
            return !single.IsEnum || Enum.IsDefined(single, value);
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException or NotSupportedException)
        {
            return false;
        }
    }

    private static string Describe(IConfigurationSection setting, Type type)
    {
        var single = Nullable.GetUnderlyingType(type) ?? type;
        return single switch
        {
            _ when IsList(single) => $"a list: {setting.Path}:0, {setting.Path}:1 and so on",
            { IsEnum: true } => OneOf(Enum.GetNames(single)),
            _ when single == typeof(bool) => "true or false",
            _ when single == typeof(int) => "a whole number",
            _ => "one text, without further keys below it",
        };
    }

    private static string OneOf(string[] names) =>
        names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";

    private static bool IsList(Type type) => type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable));

    private static bool IsNested(Type type) => type.IsClass && type != typeof(string) && !IsList(type);
}

using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Service;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Checks that docs/configuration.md lists exactly the settings that exist, with their defaults.</summary>
public sealed partial class DocSettingsTests
{
    /// <summary>Keys that .NET and the AWS SDK read; no options class of FetchEtl has them.</summary>
    private static readonly string[] FrameworkKeys =
        ["Logging:LogLevel:…", "Logging:Console:FormatterName", "AWS:Profile", "AWS:Region"];

    private static readonly Dictionary<string, object?> Settings =
        SettingsOf(new ServiceSettings(), $"{ServiceSettings.Section}:")
        .Concat(SettingsOf(new SqsSettings(), $"{SqsSettings.Section}:"))
        .Concat(SettingsOf(new LoginsOptions(), string.Empty))
        .ToDictionary(x => KeyOf(x.Key), x => x.Value, StringComparer.Ordinal);

    private static readonly Dictionary<string, string> Documented = DocPage.Get("docs/configuration.md").Rows
        .Where(row => row.Length == 3 && row[0].StartsWith('`'))
        .ToDictionary(row => row[0].Trim('`'), row => row[1], StringComparer.Ordinal);

    [Fact]
    public void Every_setting_is_documented_and_every_documented_key_is_a_setting()
    {
        Assert.Equal(
            Settings.Keys.Concat(FrameworkKeys).Order(StringComparer.Ordinal),
            Documented.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_property_that_only_code_can_set_is_documented()
    {
        var documented = DocPage.Get("docs/configuration.md").Rows.Where(row => row.Length == 2)
            .Select(row => row[0].Trim('`'));
        var forCode = typeof(LoginsOptions).GetProperties().Where(IsForCode).Select(property => property.Name).ToList();

        Assert.NotEmpty(forCode);
        Assert.Empty(forCode.Except(documented));
    }

    [Fact]
    public void Every_documented_default_is_the_one_that_the_code_has()
    {
        var wrong = Settings
            .Where(x => x.Value is int or bool or string or Enum)
            .Select(x => (x.Key, Default: Text(x.Value!), Documented: Documented[x.Key]))
            .Where(x => x.Documented != $"`{x.Default}`")
            .Select(x => $"{x.Key}: {x.Default}, documented as {x.Documented}");

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_setting_in_a_sample_exists()
    {
        var keys = DocPage.FencesOf("sh")
            .SelectMany(fence => SettingInShell().Matches(fence.Code))
            .Select(x => x.Groups["key"].Value.Replace("__", ":", StringComparison.Ordinal))
            .Concat(DocPage.FencesOf("json").Where(fence => fence.Page == "docs/configuration.md").SelectMany(KeysOf))
            .Select(key => Index().Replace(key, string.Empty))
            .ToList();

        Assert.NotEmpty(keys);
        Assert.Empty(keys.Except(Settings.Keys));
    }

    /// <summary>The keys of an appsettings.json, without the name of the section <c>FetchEtl</c>.</summary>
    private static IEnumerable<string> KeysOf(DocFence fence)
    {
        using var json = JsonDocument.Parse(fence.Code);
        var root = json.RootElement.TryGetProperty("FetchEtl", out var section) ? section : json.RootElement;
        return [.. Walk(root, string.Empty)];

        static IEnumerable<string> Walk(JsonElement element, string path) => element.ValueKind != JsonValueKind.Object
            ? [path]
            : element.EnumerateObject().SelectMany(x => Walk(x.Value, path.Length == 0 ? x.Name : $"{path}:{x.Name}"));
    }

    /// <summary>The key of a property: only the connection string's differs from the property's path.</summary>
    private static string KeyOf(string path) =>
        path == nameof(LoginsOptions.ConnectionString) ? "ConnectionStrings:Logins" : path;

    /// <summary>Every setting by its key, with its default, nested options included.</summary>
    private static IEnumerable<KeyValuePair<string, object?>> SettingsOf(object options, string prefix)
    {
        foreach (var property in options.GetType().GetProperties().Where(property => !IsForCode(property)))
        {
            var value = property.GetValue(options);
            var isList = property.PropertyType == typeof(IList<string>)
                || property.PropertyType == typeof(IDictionary<string, MaskingMethod>);
            if (value is not null and not string and not Uri && !isList && property.PropertyType.IsClass)
            {
                foreach (var inner in SettingsOf(value, $"{prefix}{property.Name}:"))
                {
                    yield return inner;
                }
            }
            else if (property.CanWrite || isList)
            {
                yield return new($"{prefix}{property.Name}", value);
            }
        }
    }

    /// <summary>A function cannot stand in a configuration.</summary>
    private static bool IsForCode(PropertyInfo property) => property.PropertyType.IsAssignableTo(typeof(Delegate));

    private static string Text(object value) => value is bool flag
        ? JsonSerializer.Serialize(flag)
        : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    [GeneratedRegex(
        @"\b(?<key>(Service|Sqs|ConnectionStrings|Storage|Masking|AppVersion)__\w+)=",
        RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex SettingInShell();

    [GeneratedRegex(@":\d+$|(?<=:Methods):\w+$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Index();
}

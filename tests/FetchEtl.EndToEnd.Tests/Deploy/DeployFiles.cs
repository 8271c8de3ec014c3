using System.Text.RegularExpressions;
using FetchEtl.Testing;
using YamlDotNet.Serialization;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The files that an operator copies: deploy/, docker-compose.yml and the workflow of GitHub.</summary>
internal static partial class DeployFiles
{
    private static readonly IDeserializer Yaml =
        new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();

    /// <summary>Their paths from the repository's root, with slashes.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. new[] { "deploy", ".github" }
            .SelectMany(folder => Directory.EnumerateFiles(
                Path.Combine(RepositoryRoot.Folder, folder), "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(RepositoryRoot.Folder, path).Replace('\\', '/'))
            .Where(path => !path.Contains("/.terraform", StringComparison.Ordinal)
                && !path.Contains("__pycache__", StringComparison.Ordinal))
            .Append("docker-compose.yml")
            .Append("src/FetchEtl.Service/Dockerfile")
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The same, and the pages of the runbook.</summary>
    public static IEnumerable<(string Name, string Text)> WithRunbook =>
        All.Select(name => (name, Read(name)))
            .Concat(DocPage.All.Where(page => page.Name.StartsWith("docs/runbook/", StringComparison.Ordinal))
                .Select(page => (page.Name, string.Join('\n', page.Lines))));

    public static string PathOf(string name) => Path.Combine(RepositoryRoot.Folder, name);

    public static string Read(string name) => File.ReadAllText(PathOf(name));

    /// <summary>Parses a YAML file with one document. Merge keys (<c>&lt;&lt;</c>) are applied.</summary>
    public static Dictionary<object, object> ReadYaml(string name) =>
        (Dictionary<object, object>)ParseYaml(Read(name))!;

    public static object? ParseYaml(string text)
    {
        var parser = new YamlDotNet.Core.MergingParser(new YamlDotNet.Core.Parser(new StringReader(text)));
        return Yaml.Deserialize(parser);
    }

    /// <summary>Splits a YAML file into its documents.</summary>
    public static IEnumerable<string> Documents(string name) => DocumentStart().Split(Read(name));

    [GeneratedRegex("^---\\s*$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 5000)]
    private static partial Regex DocumentStart();
}

using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>Checks the dependencies of the projects, from the project files and the sources.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>Every project that ships, and the projects that it references.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["FetchEtl.Masking"] = [],
        ["FetchEtl.Logins"] = ["FetchEtl.Masking"],
        ["FetchEtl.Sqs"] = [],
        ["FetchEtl.Maintenance"] = ["FetchEtl.Logins"],
        ["FetchEtl.Local"] = [],
        ["FetchEtl.Migrations"] = ["FetchEtl.Logins"],
        ["FetchEtl.Service"] = ["FetchEtl.Local", "FetchEtl.Maintenance", "FetchEtl.Migrations", "FetchEtl.Sqs"],
    };

    /// <summary>Namespaces of other libraries, which may hold extension methods only.</summary>
    private static readonly string[] ExtendedNamespaces =
        ["MassTransit", "Microsoft.EntityFrameworkCore", "Microsoft.Extensions", "Npgsql"];

    private static readonly string[] Projects = [.. Files("*.csproj", "src", "migrations")];

    [Fact]
    public void Dependencies_point_one_way()
    {
        var references = Projects.ToDictionary(Name, path => Includes(path, "ProjectReference").Select(Name).Order());

        Assert.Equal(Arrows.Keys.Order(), references.Keys.Order());
        Assert.All(Arrows, arrow => Assert.Equal(arrow.Value.Order(), references[arrow.Key]));
    }

    [Fact]
    public void No_project_references_another_one_past_its_project_file()
    {
        Assert.All(Projects, path => Assert.Empty(Includes(path, "Reference")));
    }

    [Fact]
    public void Masking_needs_no_package_and_so_no_database_bus_or_host()
    {
        var project = Assert.Single(Projects, path => Name(path) == "FetchEtl.Masking");

        Assert.Empty(Includes(project, "PackageReference"));
        Assert.Empty(Includes(project, "FrameworkReference"));
    }

    [Fact]
    public void Only_test_projects_see_internals()
    {
        var tests = Files("*.csproj", "tests").Select(Name)
            .Where(name => name.EndsWith(".Tests", StringComparison.Ordinal) || name == "FetchEtl.Benchmarks")
            .ToHashSet();
        var friends = Projects.SelectMany(path => Includes(path, "InternalsVisibleTo")).ToList();

        Assert.NotEmpty(friends);
        Assert.All(friends, name => Assert.Contains(name, tests));
        Assert.All(Sources(), file => Assert.DoesNotContain("InternalsVisibleTo", File.ReadAllText(file)));
    }

    [Fact]
    public void Every_source_file_stands_in_its_projects_namespace_except_extension_methods()
    {
        var wrong = Projects.SelectMany(project => Sources(Path.GetDirectoryName(project)!)
            .Where(file => !IsInPlace(file, Name(project)))
            .Select(file => Path.GetRelativePath(RepositoryRoot.Folder, file)));

        Assert.Empty(wrong);
    }

    [Fact]
    public void No_name_stands_for_types_of_two_projects_except_that_of_the_log()
    {
        var service = typeof(ServiceHost).Assembly;
        var types = service.GetReferencedAssemblies()
            .Where(name => Arrows.ContainsKey(name.Name!))
            .Select(Assembly.Load)
            .Append(service)
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.IsNested && Arrows.ContainsKey(type.Namespace ?? string.Empty))
            .ToList();
        var shared = types
            .GroupBy(type => type.Name, StringComparer.Ordinal)
            .Where(namesakes => namesakes.Count() > 1)
            .Select(namesakes => namesakes.Key);

        Assert.Equal(Arrows.Keys.Order(), types.Select(type => type.Namespace!).Distinct().Order());
        Assert.Equal(["Log"], shared);
    }

    private static bool IsInPlace(string file, string project)
    {
        var text = File.ReadAllText(file);
        var names = NamespaceLine().Matches(text).Select(match => match.Groups["name"].Value).ToList();
        return names switch
        {
            [] => Path.GetFileName(file) == "Program.cs",
            [var name] when name == project => true,
            [var name] => IsExtended(name) && TypeLine().Matches(text).All(match => match.Groups["static"].Success),
            _ => false,
        };
    }

    private static bool IsExtended(string name) =>
        Array.Exists(ExtendedNamespaces, x => name == x || name.StartsWith($"{x}.", StringComparison.Ordinal));

    private static IEnumerable<string> Sources() =>
        Projects.SelectMany(project => Sources(Path.GetDirectoryName(project)!));

    private static IEnumerable<string> Sources(string folder) => Directory
        .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !BuildFolder().IsMatch(Path.GetRelativePath(folder, file)));

    private static IEnumerable<string> Files(string pattern, params string[] folders) => folders.SelectMany(folder =>
        Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Folder, folder), pattern, SearchOption.AllDirectories));

    private static IEnumerable<string> Includes(string project, string item) =>
        XDocument.Load(project).Descendants(item).Select(element => element.Attribute("Include")!.Value);

    private static string Name(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));

    [GeneratedRegex(
        @"^namespace\s+(?<name>[\w.]+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex NamespaceLine();

    /// <summary>A type at the top level of a file with a file-scoped namespace.</summary>
    [GeneratedRegex(
        @"^(public |internal |file )(?<static>static )?(\w+ )*?(class|struct|record|interface|enum|delegate) ",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^(bin|obj)[\\/]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex BuildFolder();
}

using System.Xml.Linq;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["FetchEtl.Logins"] = [],
        ["FetchEtl.Sqs"] = [],
        ["FetchEtl.Local"] = [],
        ["FetchEtl.Migrations"] = ["FetchEtl.Logins"],
        ["FetchEtl.Service"] = ["FetchEtl.Local", "FetchEtl.Logins", "FetchEtl.Migrations", "FetchEtl.Sqs"],
    };

    [Fact]
    public void Dependencies_point_one_way()
    {
        var root = RepositoryRoot.Folder;
        var projects = new[] { "src", "migrations" }
            .SelectMany(x => Directory.EnumerateFiles(Path.Combine(root, x), "*.csproj", SearchOption.AllDirectories))
            .ToDictionary(x => Path.GetFileNameWithoutExtension(x), References);

        Assert.Equal(Arrows.Keys.Order(), projects.Keys.Order());
        foreach (var (project, references) in Arrows)
        {
            Assert.Equal(references, projects[project].Order());
        }
    }

    private static string[] References(string project) =>
        [.. XDocument.Load(project).Descendants("ProjectReference").Select(x => Path.GetFileNameWithoutExtension(x.Attribute("Include")!.Value))];
}

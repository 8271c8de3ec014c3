using System.Text.RegularExpressions;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Checks the pages' links, the names of tests on them, and their lengths.</summary>
public sealed partial class DocPageTests
{
    private const StringComparison Ordinal = StringComparison.Ordinal;

    private const int MaxColumns = 120;

    /// <summary>A README is short. Details have pages of their own.</summary>
    private const int MaxReadmeLines = 250;

    private static readonly string[] Languages = ["sh", "csharp", "cs", "json", "sql", "mermaid", "text"];

    [Fact]
    public void Every_link_leads_to_a_file_and_a_heading_that_exist()
    {
        var broken = DocPage.All.SelectMany(page => page.Links.Select(link => (Page: page, Link: link)))
            .Where(x => !x.Link.StartsWith("https://", StringComparison.Ordinal) && !Resolves(x.Page, x.Link))
            .Select(x => $"{x.Page}: {x.Link}");

        Assert.Empty(broken);
    }

    [Fact]
    public void README_links_to_every_page_or_to_the_index_of_its_folder()
    {
        var linked = DocPage.Get("README.md").Links.Select(link => link.Split('#')[0]).ToList();
        var indexed = DocPage.All.Where(page => linked.Contains(page.Name) && page.Name.EndsWith("/README.md", Ordinal))
            .SelectMany(page => page.Links.Select(link => Path.GetDirectoryName(page.Name) + '/' + link.Split('#')[0]));

        // The pages of packages are read where packages are listed.
        var pages = DocPage.All.Select(page => page.Name).Where(name => name.StartsWith("docs/", Ordinal));
        Assert.Empty(pages.Except(linked).Except(indexed));
    }

    [Fact]
    public void Every_promise_names_a_test_that_exists()
    {
        var tests = string.Join(
            '\n',
            Directory
                .EnumerateFiles(Path.Combine(RepositoryRoot.Folder, "tests"), "*.cs", SearchOption.AllDirectories)
                .Select(File.ReadAllText));
        var page = DocPage.Get("docs/guarantees.md");
        var promises = page.Rows.ToList();

        Assert.NotEmpty(promises);
        Assert.All(promises, row => Assert.Matches(TestName(), row[1]));
        var missing = page.Prose.SelectMany(line => TestName().Matches(line)).Select(x => x.Groups["name"].Value)
            .Where(name => !tests.Contains($" {name}(", StringComparison.Ordinal));
        Assert.Empty(missing);
    }

    [Fact]
    public void Lines_and_README_keep_their_limits()
    {
        var tooLong = DocPage.All
            .SelectMany(page => page.Lines.Select((line, i) => (Line: line, Place: $"{page}({i + 1})")))
            .Where(x => x.Line.Length > MaxColumns && !x.Line.StartsWith('|'))
            .Select(x => x.Place);

        Assert.Empty(tooLong);
        Assert.InRange(DocPage.Get("README.md").Lines.Length, 1, MaxReadmeLines);
    }

    [Fact]
    public void Every_block_of_code_names_its_language()
    {
        var unknown = DocPage.All.SelectMany(page => page.Fences)
            .Where(fence => !Languages.Contains(fence.Language)).Select(fence => $"{fence}: '{fence.Language}'");

        Assert.Empty(unknown);
    }

    private static bool Resolves(DocPage page, string link)
    {
        var parts = link.Split('#', 2);
        var file = Path.Combine(RepositoryRoot.Folder, page.Name);
        if (parts[0].Length > 0)
        {
            file = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, parts[0]));
        }

        var name = Path.GetRelativePath(RepositoryRoot.Folder, file).Replace('\\', '/');
        return parts.Length == 1
            ? Path.Exists(file)
            : DocPage.All.SingleOrDefault(x => x.Name == name)?.Anchors.Contains(parts[1]) == true;
    }

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+)`", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex TestName();
}

using System.Text.RegularExpressions;
using FetchEtl.Testing;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>A page of the documentation: README.md, a file of docs/, or the README.md of a package.</summary>
/// <param name="Name">Its path from the repository's root, with slashes.</param>
/// <param name="Lines">Its text, line by line.</param>
internal sealed partial record DocPage(string Name, string[] Lines)
{
    /// <summary>All pages, README first.</summary>
    public static IReadOnlyList<DocPage> All { get; } =
    [
        Read("README.md"),
        .. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Folder, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Read(Path.GetRelativePath(RepositoryRoot.Folder, path).Replace('\\', '/')))
            .OrderBy(page => page.Name, StringComparer.Ordinal),
        .. new[] { "src", "migrations" }
            .SelectMany(folder => Directory.EnumerateDirectories(Path.Combine(RepositoryRoot.Folder, folder)))
            .Select(folder => Path.Combine(folder, "README.md"))
            .Where(File.Exists)
            .Select(path => Read(Path.GetRelativePath(RepositoryRoot.Folder, path).Replace('\\', '/')))
            .OrderBy(page => page.Name, StringComparer.Ordinal),
    ];

    /// <summary>The code of the page, in order.</summary>
    public IReadOnlyList<DocFence> Fences { get; } = [.. DocFence.Read(Name, Lines)];

    /// <summary>The anchors of the page's headings, as GitHub derives them.</summary>
    public IReadOnlyList<string> Anchors => [.. AnchorsOf(Prose.Where(line => line.StartsWith('#')))];

    /// <summary>The targets of the page's links.</summary>
    public IEnumerable<string> Links =>
        Prose.SelectMany(line => Link().Matches(line)).Select(x => x.Groups["target"].Value);

    /// <summary>The cells of each table row, without headings.</summary>
    public IEnumerable<string[]> Rows => RowsOf(Prose);

    /// <summary>The lines outside code.</summary>
    public IEnumerable<string> Prose =>
        Lines.Where((_, i) => !Fences.Any(fence => i + 1 >= fence.Line && i + 1 <= fence.LastLine));

    /// <summary>The <see cref="Rows"/> between a heading and the next one.</summary>
    public IEnumerable<string[]> RowsUnder(string heading) =>
        RowsOf(Prose.SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith('#')));

    /// <exception cref="InvalidOperationException">There is no such page.</exception>
    public static DocPage Get(string name) => All.Single(page => page.Name == name);

    /// <summary>The code of one language on all pages.</summary>
    public static IEnumerable<DocFence> FencesOf(string language) =>
        All.SelectMany(page => page.Fences).Where(fence => fence.Language == language);

    public override string ToString() => Name;

    private static DocPage Read(string name) =>
        new(name, File.ReadAllLines(Path.Combine(RepositoryRoot.Folder, name)));

    private static IEnumerable<string[]> RowsOf(IEnumerable<string> lines)
    {
        var rows = lines.Where(line => line.StartsWith('|'))
            .Select(line => CellEnd().Split(line.Trim().Trim('|')).Select(cell => cell.Trim()).ToArray())
            .ToList();

        return rows.Where((row, i) => row[0] != "---" && (i + 1 == rows.Count || rows[i + 1][0] != "---"));
    }

    private static IEnumerable<string> AnchorsOf(IEnumerable<string> headings)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var heading in headings)
        {
            var words = heading.TrimStart('#').Trim().ToLowerInvariant();
            var text = NotInAnchor().Replace(words, string.Empty).Replace(' ', '-');
            var count = seen[text] = seen.GetValueOrDefault(text, -1) + 1;
            yield return count == 0 ? text : $"{text}-{count}";
        }
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<!\\)\|", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex CellEnd();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex NotInAnchor();
}

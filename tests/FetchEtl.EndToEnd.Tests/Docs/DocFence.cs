using System.Text.RegularExpressions;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>A block of code on a page.</summary>
/// <param name="Page">The page's name.</param>
/// <param name="Line">The number of the line of its opening marks, from 1.</param>
/// <param name="LastLine">The number of the line of its closing marks.</param>
/// <param name="Language">The language that the opening marks name, such as <c>sh</c>.</param>
/// <param name="Code">The code, without the indentation of a list around it.</param>
/// <param name="FileName">The file that the text before the block names, if any. The code is its content.</param>
internal sealed partial record DocFence(
    string Page, int Line, int LastLine, string Language, string Code, string? FileName)
{
    public static IEnumerable<DocFence> Read(string page, string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (Opening().Match(lines[i]) is not { Success: true } opening)
            {
                continue;
            }

            var indent = opening.Groups["indent"].Length;
            var end = Array.FindIndex(lines, i + 1, line => line.Trim() == "```");
            Assert.True(end > 0, $"{page}({i + 1}): the code does not end.");
            var code = lines[(i + 1)..end].Select(line => line.Length > indent ? line[indent..] : string.Empty);
            var before = Array.FindLast(lines[..i], line => line.Length > 0) ?? string.Empty;
            var file = FileAtEnd().Match(before);
            yield return new DocFence(
                page,
                i + 1,
                end + 1,
                opening.Groups["language"].Value,
                string.Join('\n', code),
                file.Success ? file.Groups["file"].Value : null);
            i = end;
        }
    }

    public override string ToString() => $"{Page}({Line})";

    [GeneratedRegex(@"^(?<indent>\s*)```(?<language>\w*)\s*$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Opening();

    [GeneratedRegex(@"`(?<file>[\w.-]+\.json)`:$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex FileAtEnd();
}

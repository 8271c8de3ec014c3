using System.CommandLine;
using System.Text.RegularExpressions;
using FetchEtl.Benchmarks;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Runs the commands of <c>model</c> that docs/scaling.md prints, and compares what they print.</summary>
public sealed partial class DocModelTests
{
    private static readonly DocPage Page = DocPage.Get("docs/scaling.md");

    [Fact]
    public void Each_command_of_the_model_prints_the_text_that_follows_it()
    {
        var fences = Page.Fences.ToList();
        var commands = fences
            .Select((fence, i) => (Arguments: Model().Match(fence.Code), Next: fences.ElementAtOrDefault(i + 1)))
            .Where(x => x.Arguments.Success).ToList();

        Assert.NotEmpty(commands);
        foreach (var (arguments, next) in commands)
        {
            var output = new StringWriter();
            var words = arguments.Groups["arguments"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var code = ModelCommand.Create().Parse(words).Invoke(new InvocationConfiguration { Output = output });

            Assert.Equal(0, code);
            Assert.Equal("text", next?.Language);
            Assert.Equal(output.ToString().Trim().ReplaceLineEndings("\n"), next!.Code.Trim());
        }
    }

    [GeneratedRegex(@"FetchEtl\.Benchmarks -- model (?<arguments>.*)$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Model();
}

using System.CommandLine;

namespace FetchEtl.Service.Tests;

/// <summary>Walks all verbs: each one's help has examples, and each example is a command line that parses.</summary>
public sealed class VerbHelpTests
{
    public static TheoryData<string> Verbs => [.. Leaves(Root(), [])];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task The_help_of_every_verb_has_examples_and_each_of_them_parses(string verb)
    {
        var help = await ConsoleCapture.RunAsync([.. verb.Split(' '), "--help"]);

        Assert.Equal(0, help.ExitCode);
        var examples = help.Output.Split("Examples:")[^1]
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(examples, example => example.Contains($"fetch-etl {verb}", StringComparison.Ordinal));
        Assert.All(examples.SelectMany(Commands), words =>
        {
            var parsed = Root().Parse(words);
            Assert.Empty(ParseProblems.Of(parsed));
            var command = parsed.CommandResult.Command;
            var settings = command.Arguments.OfType<Argument<string[]>>()
                .SelectMany(argument => parsed.GetValue(argument)!)
                .Where(word => word.StartsWith("--", StringComparison.Ordinal));
            SettingsArguments.Check([.. settings], [.. command.Options.Select(option => option.Name)]);
        });
    }

    [Fact]
    public async Task The_help_says_once_that_settings_can_follow()
    {
        var root = await ConsoleCapture.RunAsync("--help");
        var verb = await ConsoleCapture.RunAsync("drain --help");

        Assert.Equal(2, root.Output.Split("Settings can follow").Length);
        Assert.DoesNotContain("setting>", root.Output + verb.Output);
        Assert.DoesNotContain("Additional Arguments", root.Output + verb.Output);
    }

    [Fact]
    public async Task The_help_of_a_verb_with_one_value_shows_one()
    {
        var show = await ConsoleCapture.RunAsync("dead show --help");

        Assert.Contains("dead show <id> [options]", show.Output);
        Assert.DoesNotContain("...]", show.Output);
    }

    [Fact]
    public async Task Without_a_verb_the_help_is_shown_and_the_problem_named()
    {
        var run = await ConsoleCapture.RunAsync([]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Commands:", run.Output);
        Assert.Equal("fetch-etl: name a verb, such as 'fetch-etl demo'.", run.Errors.Trim());
    }

    private static RootCommand Root()
    {
        using var termination = new Termination(TimeProvider.System);
        return RootVerb.Create(termination);
    }

    private static IEnumerable<string> Leaves(Command command, string[] path) => command.Subcommands.Count == 0
        ? [string.Join(' ', path)]
        : command.Subcommands.SelectMany(verb => Leaves(verb, [.. path, verb.Name]));

    /// <summary>The commands in a line for the shell: what follows <c>fetch-etl</c> up to its next sign.</summary>
    private static IEnumerable<string[]> Commands(string line) => line.Split("fetch-etl ")[1..]
        .Select(command => command.Split(['|', '<', '>', ')', ';'])[0]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

using System.CommandLine;
using System.CommandLine.Parsing;
using FetchEtl.Logins;

namespace FetchEtl.Service;

/// <summary>
/// What is wrong with a command line, in the words of a user. System.CommandLine names types of .NET, and prints the
/// whole help after each error.
/// </summary>
internal static class ParseProblems
{
    /// <returns>The problems; empty where the verb can run.</returns>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        if (parsed.Errors.Count == 0)
        {
            return [];
        }

        var command = parsed.CommandResult.Command;
        var path = string.Join(' ', Path(parsed.CommandResult).Reverse());
        if (command.Subcommands.Count > 0)
        {
            // An argument may be a misplaced secret behind its equals sign.
            var given = parsed.UnmatchedTokens is [var first, ..] ? first.Split('=')[0] : null;
            var names = command.Subcommands.Select(verb => verb.Name).ToList();
            var verbs = string.Join(", ", names);
            if (given is null)
            {
                return [$"name a verb behind '{path}': {verbs}."];
            }

            IReadOnlyCollection<string> options = [.. command.Options.Select(option => option.Name)];
            var meant = SettingsNames.Nearest(given, [.. names, .. options]) is { } name
                ? $": did you mean {name}? The"
                : ": the";
            return [$"there is no '{given}'{meant} verbs of {path} are {verbs}. Settings follow the verb."];
        }

        // The parser's own text of these would quote a setting's value.
        var before = parsed.UnmatchedTokens
            .Select(token => $"'{token.Split('=')[0]}' stands before the verb: settings and options follow it.");
        var others = parsed.Errors
            .Where(error => !parsed.UnmatchedTokens.Any(
                token => error.Message.Contains(token, StringComparison.Ordinal)))
            .Select(Describe)
            .Distinct();
        return [.. before, .. others, $"'{path} --help' shows the options."];
    }

    private static string Describe(ParseError error) => error.SymbolResult switch
    {
        OptionResult { Implicit: true } result => $"{result.Option.Name} is required.",
        OptionResult { Tokens: [] } result => $"{result.Option.Name} needs a value.",
        OptionResult { Tokens: [_] } result when Form(result.Option.ValueType) is { } form =>
            $"{result.Option.Name} must be {form}, is '{result.Tokens[0].Value}'.",
        OptionResult { Tokens: [_, _, ..] } result => $"{result.Option.Name} is given more than once.",
        _ => error.Message,
    };

    private static string? Form(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain switch
        {
            { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(plain).Where(name => name != "None"))}",
            _ when plain == typeof(int) => "a whole number up to 2147483647",
            _ when plain == typeof(double) => "a number such as 0.1",
            _ when plain == typeof(DateOnly) => "a date such as 2026-11-01",
            _ when plain == typeof(bool) => "given without a value",
            _ => null,
        };
    }

    private static IEnumerable<string> Path(SymbolResult? result)
    {
        for (; result is CommandResult command; result = result.Parent)
        {
            yield return command.Command is RootCommand ? "fetch-etl" : command.Command.Name;
        }
    }
}

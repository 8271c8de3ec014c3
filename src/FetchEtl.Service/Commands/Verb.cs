using System.CommandLine;

namespace FetchEtl.Service;

/// <summary>
/// The common part of all verbs: settings on the command line, and errors as lines on standard error.
/// </summary>
internal static class Verb
{
    public const int Succeeded = 0;
    public const int Failed = 1;
    public const int LeftBehind = 3;

    /// <summary>A signal ended the verb before its end: the process's exit code says which.</summary>
    public const int Interrupted = -1;

    /// <summary>Creates a verb.</summary>
    /// <param name="name">The name, as typed.</param>
    /// <param name="description">The text for <c>--help</c>.</param>
    /// <param name="action">
    /// Receives the parsed options and the settings, such as <c>--Sqs:QueueName=other</c>, and returns the exit code.
    /// </param>
    /// <param name="symbols">The verb's own options, and at most one argument for values.</param>
    public static Command Create(
        string name,
        string description,
        Func<ParseResult, string[], CancellationToken, Task<int>> action,
        params Symbol[] symbols)
    {
        var command = new Command(name, description);
        foreach (var option in symbols.OfType<Option>())
        {
            command.Options.Add(option);
        }

        // The parser adds every token that is not an option to the one argument: the settings, and the verb's values.
        var values = symbols.OfType<Argument<string[]>>().SingleOrDefault();
        var argument = values ?? CreateSettings();
        command.Arguments.Add(argument);

        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                var tokens = parsed.GetValue(argument)!;
                var settings = values is null ? tokens : [.. tokens.Where(IsSetting)];
                return await action(parsed, SettingsArguments.Check(settings), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return Interrupted;
            }
            catch (Exception exception) when (ErrorText.Of(exception) is { } lines)
            {
                return Fail(lines);
            }
        });

        return command;
    }

    /// <summary>Prints problems on standard error.</summary>
    /// <returns>The exit code.</returns>
    public static int Fail(IReadOnlyList<string> problems)
    {
        foreach (var problem in problems)
        {
            StandardError.WriteLine($"fetch-etl: {problem}");
        }

        return Failed;
    }

    /// <summary>Returns the values of a verb's argument without the settings, which the parser adds to them.</summary>
    public static string[] Values(this ParseResult parsed, Argument<string[]> argument) =>
        [.. parsed.GetValue(argument)!.Where(x => !IsSetting(x))];

    private static Argument<string[]> CreateSettings() => new("setting")
    {
        // The help of the program says it once for all verbs.
        Hidden = true,
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static bool IsSetting(string token) => token.StartsWith("--", StringComparison.Ordinal);
}

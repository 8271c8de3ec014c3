using System.CommandLine;

namespace FetchEtl.Service;

/// <summary>
/// What all verbs have in common: settings on the command line, and errors as lines on standard error.
/// </summary>
internal static class Verb
{
    public const int Succeeded = 0;
    public const int Failed = 1;
    public const int LeftBehind = 3;

    /// <param name="name">As typed.</param>
    /// <param name="description">For <c>--help</c>.</param>
    /// <param name="action">Gets the parsed options and the settings, such as <c>--Sqs:QueueName=other</c>.</param>
    /// <param name="symbols">The verb's own options, and at most one argument, which takes what is left.</param>
    public static Command Create(
        string name, string description, Func<ParseResult, string[], CancellationToken, Task<int>> action, params Symbol[] symbols)
    {
        var command = new Command(name, $"{description} Settings may follow, as --Sqs:QueueName=other.") { TreatUnmatchedTokensAsErrors = false };
        foreach (var option in symbols.OfType<Option>())
        {
            command.Options.Add(option);
        }

        var values = symbols.OfType<Argument<string[]>>().SingleOrDefault();
        if (values is not null)
        {
            command.Arguments.Add(values);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                var settings = values is null ? parsed.UnmatchedTokens : [.. parsed.GetValue(values)!.Where(IsSetting), .. parsed.UnmatchedTokens];
                return await action(parsed, SettingsArguments.Check(settings), cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return Failed;
            }
            catch (Exception exception) when (ErrorText.Of(exception) is { } lines)
            {
                foreach (var line in lines)
                {
                    await Console.Error.WriteLineAsync($"fetch-etl: {line}");
                }

                return Failed;
            }
        });

        return command;
    }

    /// <summary>What a verb's argument was given, without the settings, which it swallows as well.</summary>
    public static string[] Values(this ParseResult parsed, Argument<string[]> argument) =>
        [.. parsed.GetValue(argument)!.Where(x => !IsSetting(x))];

    private static bool IsSetting(string token) => token.StartsWith("--", StringComparison.Ordinal);
}

using System.CommandLine;
using MassTransit;

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

    private const string Stopped = "stopped before the end. What is done stays done; run it again for the rest.";

    /// <summary>Creates a verb.</summary>
    /// <param name="name">The name, as typed.</param>
    /// <param name="description">The text for <c>--help</c>.</param>
    /// <param name="action">
    /// Receives the parsed options and the settings, such as <c>--Sqs:QueueName=other</c>, and returns the exit code.
    /// </param>
    /// <param name="symbols">The verb's own options, and at most one argument for values.</param>
    public static VerbCommand Create(
        string name,
        string description,
        Func<ParseResult, string[], CancellationToken, Task<int>> action,
        params Symbol[] symbols)
    {
        var command = new VerbCommand(name, description);
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
            var tokens = parsed.GetValue(argument)!;
            string[] settings = values is null ? tokens : [.. tokens.Where(IsSetting)];
            try
            {
                var options = command.Options.Select(option => option.Name).ToArray();
                return await action(parsed, SettingsArguments.Check(settings, options), cancellationToken);
            }
            catch (Exception exception) when (cancellationToken.IsCancellationRequested && IsStop(exception))
            {
                StandardError.WriteLine($"fetch-etl: {(exception as VerbStoppedException)?.Message ?? Stopped}");
                return Interrupted;
            }
            catch (Exception exception)
                when (command.LogsFailures
                    && FailureLog.TryWrite(exception, settings, () => DatabaseSetting.ServerOf(settings)))
            {
                return Failed;
            }
            catch (Exception exception)
                when (ErrorText.Of(exception, () => DatabaseSetting.ServerOf(settings)) is { } lines)
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

    /// <summary>Whether it is the stop that was asked for. MassTransit wraps that of a start that waits.</summary>
    internal static bool IsStop(Exception exception) =>
        exception is OperationCanceledException or ConnectionException
        || exception.InnerException is OperationCanceledException;

    private static bool IsSetting(string token) => token.StartsWith("--", StringComparison.Ordinal);
}

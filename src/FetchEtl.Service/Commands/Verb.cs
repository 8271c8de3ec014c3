using System.CommandLine;
using FetchEtl.Service.Settings;

namespace FetchEtl.Service.Commands;

/// <summary>What all verbs have in common: settings on the command line, and errors that are told rather than thrown.</summary>
internal static class Verb
{
    public const int Succeeded = 0;
    public const int Failed = 1;
    public const int LeftBehind = 3;

    /// <param name="name">As typed.</param>
    /// <param name="description">For <c>--help</c>.</param>
    /// <param name="action">Gets the parsed options and the settings, such as <c>--Sqs:QueueName=other</c>.</param>
    /// <param name="options">The verb's own options.</param>
    public static Command Create(
        string name, string description, Func<ParseResult, string[], CancellationToken, Task<int>> action, params Option[] options)
    {
        var command = new Command(name, $"{description} Settings may follow, as --Sqs:QueueName=other.") { TreatUnmatchedTokensAsErrors = false };
        foreach (var option in options)
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await action(parsed, SettingsArguments.Check(parsed.UnmatchedTokens), cancellationToken);
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
}

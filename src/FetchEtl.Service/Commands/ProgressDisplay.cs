using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>
/// A progress bar, at a terminal only: in a file or a pipe, half-finished lines would stay between the results.
/// </summary>
internal static class ProgressDisplay
{
    /// <summary>Whether the console can move its cursor.</summary>
    public static bool IsShown =>
        AnsiConsole.Profile.Capabilities is { Interactive: true, Ansi: true } && !Console.IsOutputRedirected;

    /// <summary>Runs work with a bar; with null where none is shown.</summary>
    public static Task<T> RunAsync<T>(string description, Func<ProgressTask?, Task<T>> run) => IsShown
        ? AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context => run(context.AddTask(description)))
        : run(null);
}

using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Shows the progress of a send as a bar.</summary>
internal static class SendProgressBar
{
    public static Task RunAsync(int total, Func<Action<int>, Task> send) =>
        AnsiConsole.Progress().StartAsync(context =>
        {
            var bar = context.AddTask("sending", maxValue: Math.Max(1, total));
            return send(count => bar.Increment(count));
        });
}

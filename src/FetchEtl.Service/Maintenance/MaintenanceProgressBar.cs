using FetchEtl.Logins;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Shows a walk over a table as a bar: the blocks done of those there are.</summary>
internal static class LiftProgressBar
{
    public static Task<T> RunAsync<T>(Func<IProgress<LiftProgress>, Task<T>> lift) =>
        AnsiConsole.Progress().Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(context =>
        {
            var bar = context.AddTask("counting");
            return lift(new Display(bar));
        });

    private sealed class Display(ProgressTask bar) : IProgress<LiftProgress>
    {
        public void Report(LiftProgress value)
        {
            bar.Description = Markup.Escape(value.Pass == 1 ? value.Table : $"{value.Table}, pass {value.Pass}");
            bar.MaxValue = Math.Max(1, value.Total);
            bar.Value = value.Total == 0 ? bar.MaxValue : value.Done;
        }
    }
}

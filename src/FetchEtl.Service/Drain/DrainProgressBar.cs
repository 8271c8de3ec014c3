using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Shows a drain as a bar: what is done of what there is.</summary>
internal static class DrainProgressBar
{
    public static Task<T> RunAsync<T>(Func<IProgress<DrainProgress>, Task<T>> drain) =>
        AnsiConsole.Progress().Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).StartAsync(context =>
        {
            var bar = context.AddTask("draining");
            return drain(new Display(bar));
        });

    private sealed class Display(ProgressTask bar) : IProgress<DrainProgress>
    {
        public void Report(DrainProgress value)
        {
            bar.MaxValue = Math.Max(1, value.Settled + value.Left);
            bar.Value = value.Left == 0 ? bar.MaxValue : value.Settled;
        }
    }
}

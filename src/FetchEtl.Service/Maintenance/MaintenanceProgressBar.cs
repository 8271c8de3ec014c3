using FetchEtl.Maintenance;
using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Shows the progress over a table as a bar: the blocks that are done, of all blocks.</summary>
internal static class MaintenanceProgressBar
{
    public static Task<T> RunAsync<T>(Func<IProgress<MaintenanceProgress>, Task<T>> run) =>
        ProgressDisplay.RunAsync("counting", bar => run(new Display(bar)));

    private sealed class Display(ProgressTask? bar) : IProgress<MaintenanceProgress>
    {
        public void Report(MaintenanceProgress value)
        {
            if (bar is null)
            {
                return;
            }

            bar.Description = Markup.Escape(value.Pass == 1 ? value.Table : $"{value.Table}, pass {value.Pass}");
            bar.MaxValue = Math.Max(1, value.Total);
            bar.Value = value.Total == 0 ? bar.MaxValue : value.Done;
        }
    }
}

using Spectre.Console;

namespace FetchEtl.Service;

/// <summary>Shows a drain as a bar: the messages settled, of all messages.</summary>
internal static class DrainProgressBar
{
    public static Task<T> RunAsync<T>(Func<IProgress<DrainProgress>?, Task<T>> drain) =>
        ProgressDisplay.RunAsync("draining", bar => drain(bar is null ? null : new Display(bar)));

    private sealed class Display(ProgressTask bar) : IProgress<DrainProgress>
    {
        public void Report(DrainProgress value)
        {
            bar.MaxValue = Math.Max(1, value.Settled + value.Left);
            bar.Value = value.Left == 0 ? bar.MaxValue : value.Settled;
        }
    }
}

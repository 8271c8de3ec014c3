namespace FetchEtl.Service;

/// <summary>Shows how many letters of a queue a pass has seen.</summary>
internal static class LetterProgressBar
{
    /// <param name="queue">The queue.</param>
    /// <param name="isQuiet">Whether nothing is shown.</param>
    /// <param name="run">Receives what is to be called with the number of new letters.</param>
    public static Task<T> RunAsync<T>(LetterQueue queue, bool isQuiet, Func<Action<int>, Task<T>> run) =>
        ProgressDisplay.RunAsync(
            "reading",
            "letters",
            progress =>
            {
                var seen = 0L;
                return run(count =>
                {
                    seen += count;
                    progress.Report(new WorkProgress(seen, Math.Max(seen, queue.Depth.Visible)));
                });
            },
            isQuiet);
}

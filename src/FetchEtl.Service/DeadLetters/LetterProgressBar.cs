using System.Globalization;

namespace FetchEtl.Service;

/// <summary>Shows how many letters of a queue a pass has seen as a bar.</summary>
internal static class LetterProgressBar
{
    /// <param name="queue">The queue.</param>
    /// <param name="what">What is counted, as in <c>read</c>.</param>
    /// <param name="isQuiet">Whether no bar is wanted.</param>
    /// <param name="run">Receives what is to be called with the number of new letters.</param>
    public static Task<T> RunAsync<T>(LetterQueue queue, string what, bool isQuiet, Func<Action<int>, Task<T>> run) =>
        isQuiet ? run(static _ => { }) : ProgressDisplay.RunAsync(what, bar =>
        {
            var seen = 0L;
            if (bar is null)
            {
                return run(static _ => { });
            }

            bar.MaxValue = Math.Max(1, queue.Depth.Visible);
            return run(count =>
            {
                seen += count;
                bar.MaxValue = Math.Max(bar.MaxValue, seen);
                bar.Value = seen;
                bar.Description = string.Create(CultureInfo.InvariantCulture, $"{seen:N0} {what}");
            });
        });
}

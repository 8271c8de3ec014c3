using System.Globalization;

namespace FetchEtl.Service;

/// <summary>Shows the progress of a send as a bar.</summary>
internal static class SendProgressBar
{
    /// <param name="total">How many messages there are; null where only their end will show it.</param>
    /// <param name="send">Receives what is to be called with the size of each call that SQS accepted.</param>
    public static Task<SendResult> RunAsync(long? total, Func<Action<int>, Task<SendResult>> send) =>
        ProgressDisplay.RunAsync("sending", bar =>
        {
            var sent = 0L;
            if (bar is null)
            {
                return send(static _ => { });
            }

            bar.IsIndeterminate = total is null;
            bar.MaxValue = Math.Max(1, total ?? 1);
            return send(count =>
            {
                var soFar = Interlocked.Add(ref sent, count);
                bar.Description = string.Create(CultureInfo.InvariantCulture, $"{soFar:N0} sent");
                bar.Increment(total is null ? 0 : count);
            });
        });
}

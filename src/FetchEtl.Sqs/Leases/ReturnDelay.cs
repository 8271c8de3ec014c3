namespace FetchEtl.Sqs;

/// <summary>How long a message that faulted stays away before it is tried again.</summary>
internal sealed class ReturnDelay(Random random)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Doubles with each receive, from one second to five minutes, less up to half of it by chance: what faulted together must
    /// not come back together.
    /// </summary>
    public TimeSpan For(int receiveCount)
    {
        var whole = Math.Min(Longest.TotalSeconds, Math.Pow(2, Math.Clamp(receiveCount, 1, 30) - 1));
        double share;
        lock (random)
        {
            share = random.NextDouble();
        }

        return TimeSpan.FromSeconds(Math.Max(1, Math.Round(whole * (1 - (share / 2)))));
    }
}

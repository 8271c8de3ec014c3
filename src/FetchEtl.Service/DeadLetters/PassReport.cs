namespace FetchEtl.Service;

/// <summary>Says on standard error what a pass could not see or could not leave as it was.</summary>
internal static class PassReport
{
    /// <param name="end">How the pass ended.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="seen">How many letters it saw.</param>
    /// <returns>Whether letters are left that the pass did not see.</returns>
    public static bool Write(PassEnd end, LetterQueue queue, long seen)
    {
        if (end.Hidden > 0)
        {
            Say($"{Words.Number(end.Hidden)} letters could not be released. They are visible again in "
                + $"{queue.Visibility.TotalMinutes:0} minutes at the latest.");
        }

        var unseen = queue.Depth.Visible - seen;
        switch (end.Ending)
        {
            case PassEnding.Stopped:
                Say("stopped before the end. What was not removed is visible again: run the same command again for "
                    + "the rest.");
                return false;
            case PassEnding.TooManyInFlight:
                Say($"stopped after {Words.Number(seen)} of about {Words.Number(queue.Depth.Total)} letters: SQS "
                    + "allows 120,000 messages of a queue in flight, and each letter that is read and stays is one of "
                    + "them. Redrive or purge what was seen, then run it again for the rest.");
                return true;
            case PassEnding.Complete when unseen > 0 && queue.IsFifo:
                Say($"about {Words.Number(unseen)} letters stand behind others of their message groups. SQS delivers "
                    + "them when those before them are redriven or purged.");
                return true;
            case PassEnding.Complete when queue.Depth.InFlight > 0:
                Say($"about {Words.Number(queue.Depth.InFlight)} more letters were in flight before: another reader "
                    + "holds them, or a killed one did. They are visible when their timeouts end.");
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// Says where to find the reasons that there are, if letters were read and none has the one asked for.
    /// </summary>
    public static void SayIfNone(LetterFilter filter, long matched, long read)
    {
        if (filter.Reason is not null && matched == 0 && read > 0)
        {
            Say("no letter matches --reason and the other conditions. 'fetch-etl dead list' shows the reasons that "
                + "there are.");
        }
    }

    /// <summary>How many of the letters that were read are meant.</summary>
    /// <param name="count">Those that are meant.</param>
    /// <param name="read">All that were read.</param>
    /// <param name="isLimited">Whether --limit ended the reading, so that their number is unknown.</param>
    /// <param name="all">About how many there are, where a stop ended the reading; null where it did not.</param>
    public static string Share(long count, long read, bool isLimited, long? all = null) => all is { } about
        ? $"{Words.Count(count, "letter")} ({Words.Number(read)} of about {Words.Number(about)} were read)"
        : isLimited
        ? $"{Words.Count(count, "letter")} (--limit; {Words.Number(read)} were read)"
        : $"{Words.Number(count)} of {Words.Count(read, "letter")}";

    private static void Say(string line) => StandardError.WriteLine($"fetch-etl: {line}");
}

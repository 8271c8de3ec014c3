namespace FetchEtl.Service;

/// <summary>How far two clocks may be apart.</summary>
internal static class ClockRules
{
    private const string Remedy = "let chrony or another client of NTP set the clock of this machine";

    /// <summary>AWS refuses a signature that is older or newer.</summary>
    private static readonly TimeSpan SignatureLimit = TimeSpan.FromMinutes(5);

    /// <summary>A Date header has whole seconds, and the reply takes its time.</summary>
    private static readonly TimeSpan Unnoticed = TimeSpan.FromSeconds(3);

    public static Finding JudgeSqs(ClockReading clocks)
    {
        var off = (clocks.Here - clocks.There).Duration();
        return off > SignatureLimit
            ? Checks.SqsClock.Fail(
                $"this machine's clock {Direction(clocks)}: AWS refuses signatures that are more than 5 minutes off",
                Remedy)
            : off > Unnoticed
                ? Checks.SqsClock.Warn(
                    $"this machine's clock {Direction(clocks)}; from 5 minutes on, AWS refuses its signatures", Remedy)
                : Checks.SqsClock.Ok("within 3 seconds");
    }

    public static Finding JudgeDatabase(ClockReading clocks) =>
        (clocks.Here - clocks.There).Duration() > Unnoticed
            ? Checks.DatabaseClock.Warn(
                $"this machine's clock {Direction(clocks)}: times in logs and in the table do not fit each other",
                "let chrony or another client of NTP set both clocks")
            : Checks.DatabaseClock.Ok("within 3 seconds");

    private static string Direction(ClockReading clocks)
    {
        var off = clocks.Here - clocks.There;
        var size = Words.Duration(TimeSpan.FromSeconds(Math.Round(off.Duration().TotalSeconds)));
        return off > TimeSpan.Zero ? $"is {size} fast" : $"is {size} slow";
    }
}

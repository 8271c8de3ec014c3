namespace FetchEtl.Sqs;

/// <summary>
/// The time to sign with: this machine's, corrected by what the service's replies say when it refuses ours. AWS refuses
/// signatures that are off by more than five minutes ("Troubleshoot signed requests for AWS APIs", IAM User Guide).
/// </summary>
internal sealed class SigningClock(TimeProvider timeProvider)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(4);

    private long _offsetTicks;

    public DateTimeOffset UtcNow => timeProvider.GetUtcNow().AddTicks(Volatile.Read(ref _offsetTicks));

    /// <summary>Whether a request signed at the one time was out of time for the service, whose time the other is.</summary>
    public static bool IsOutOfTime(DateTimeOffset signed, DateTimeOffset? serviceTime) =>
        serviceTime is { } time && (time - signed).Duration() > Tolerance;

    /// <summary>Signs with the service's time from now on.</summary>
    public void Follow(DateTimeOffset serviceTime) =>
        Volatile.Write(ref _offsetTicks, (serviceTime - timeProvider.GetUtcNow()).Ticks);
}

namespace FetchEtl.Sqs.Signing;

/// <summary>
/// The time to sign with: this machine's, corrected by what the service's replies say when it refuses ours. SQS refuses
/// signatures that are off by more than 15 minutes ("Signature Version 4 troubleshooting", IAM User Guide says 5).
/// </summary>
internal sealed class SigningClock(TimeProvider timeProvider)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(4);

    private long _offsetTicks;

    public DateTimeOffset UtcNow => timeProvider.GetUtcNow().AddTicks(Volatile.Read(ref _offsetTicks));

    /// <summary>Takes over the service's time when ours is far from it; true when it did, so that a new try may succeed.</summary>
    public bool LearnFrom(DateTimeOffset? serviceTime)
    {
        if (serviceTime is not { } time || (time - UtcNow).Duration() <= Tolerance)
        {
            return false;
        }

        Volatile.Write(ref _offsetTicks, (time - timeProvider.GetUtcNow()).Ticks);
        return true;
    }
}

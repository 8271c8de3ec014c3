namespace FetchEtl.Sqs;

/// <summary>How long to wait before SQS is asked again after it could not be.</summary>
internal static class Backoff
{
    /// <summary>1, 2, 4, … seconds, 30 at most.</summary>
    public static TimeSpan Delay(int attempt) => TimeSpan.FromSeconds(Math.Min(30, Math.Pow(2, Math.Min(attempt, 6) - 1)));
}

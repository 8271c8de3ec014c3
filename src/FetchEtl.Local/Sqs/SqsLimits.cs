namespace FetchEtl.Local;

/// <summary>The quotas of Amazon SQS (developer guide, "Amazon SQS message quotas").</summary>
internal static class SqsLimits
{
    /// <summary>Of one message and of one batch, attributes included: 1 MiB.</summary>
    public const int MessageBytes = 1024 * 1024;

    public const int Attributes = 10;

    public const int BatchEntries = 10;

    public const int DelaySeconds = 900;

    public const int WaitSeconds = 20;

    /// <summary>12 hours; also how long a message can stay in flight counted from its receive.</summary>
    public const int VisibilitySeconds = 43_200;

    /// <summary>Messages of one queue in flight.</summary>
    public const int InFlight = 120_000;
}

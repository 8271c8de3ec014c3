namespace FetchEtl.Sqs;

/// <summary>
/// The limits and defaults of an endpoint's settings, beside the <see cref="SqsLimits"/> of SQS itself.
/// <see cref="ISqsReceiveEndpointConfigurator"/> says what the settings mean.
/// </summary>
public static class SqsReceiveLimits
{
    /// <summary>The most messages that a process may hold: SQS allows a queue about 120,000 in flight.</summary>
    public const int MaxPrefetchCount = 100_000;

    /// <summary>How many messages a process may hold where nothing else is set.</summary>
    public const int DefaultPrefetchCount = 2000;

    /// <summary>The least room for bodies, 10 MiB: what one receive brings at most.</summary>
    public const long MinPrefetchBytes = (long)SqsLimits.EntriesPerCall * SqsLimits.MessageBytes;

    /// <summary>The room for bodies where nothing else is set, 192 MiB.</summary>
    public const long DefaultPrefetchBytes = 192 * 1024 * 1024;

    /// <summary>How long a receive waits for a message where nothing else is set, 20 seconds.</summary>
    public static readonly TimeSpan DefaultWaitTime = SqsLimits.WaitTime;

    /// <summary>The shortest visibility timeout, 5 seconds.</summary>
    public static readonly TimeSpan MinVisibilityTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The visibility timeout where nothing else is set, 30 seconds.</summary>
    public static readonly TimeSpan DefaultVisibilityTimeout = TimeSpan.FromSeconds(30);
}

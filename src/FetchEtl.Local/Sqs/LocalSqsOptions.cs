namespace FetchEtl.Local;

/// <summary>Options of a <see cref="LocalSqs"/>.</summary>
public sealed class LocalSqsOptions
{
    /// <summary>TCP port on the loopback interface.</summary>
    /// <value>1 to 65535, or 0 (the default) for a free port.</value>
    public int Port { get; init; }

    /// <summary>
    /// The protocols that the server accepts. Without <see cref="LocalSqsProtocols.Json"/> it answers a JSON request as
    /// LocalStack before 3.0 does, with status 500 and an XML body, so that tests can exercise a client's fallback.
    /// </summary>
    /// <value>Default: <see cref="LocalSqsProtocols.All"/>.</value>
    public LocalSqsProtocols Protocols { get; init; } = LocalSqsProtocols.All;

    /// <summary>The region in queue ARNs. The server also accepts requests signed for other regions.</summary>
    /// <value>Default: <c>us-east-1</c>.</value>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The account in queue ARNs and queue URLs.</summary>
    /// <value>Default: <c>000000000000</c>.</value>
    public string AccountId { get; init; } = "000000000000";

    /// <summary>The fault plan at the start. <see cref="LocalSqs.Faults"/> replaces it later.</summary>
    /// <value>Default: null, no faults.</value>
    public SqsFaultPlan? Faults { get; init; }

    /// <summary>
    /// The clock for visibility timeouts, delays, retention, deduplication, long polls and injected latency.
    /// </summary>
    /// <value>Default: the system clock.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>The wire protocols of Amazon SQS that a <see cref="LocalSqs"/> accepts.</summary>
[Flags]
public enum LocalSqsProtocols
{
    /// <summary>None: the server rejects every request.</summary>
    None = 0,

    /// <summary>AWS JSON 1.0, the protocol of AWS SDKs for SQS since late 2023.</summary>
    Json = 1,

    /// <summary>
    /// Query, with forms in and XML out: the protocol of older SDKs, and of emulators such as LocalStack before 3.0.
    /// </summary>
    Query = 2,

    /// <summary>Both, like Amazon SQS.</summary>
    All = Json | Query,
}

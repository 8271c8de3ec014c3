namespace FetchEtl.Local;

/// <summary>How a <see cref="LocalSqs"/> listens and what it calls itself.</summary>
public sealed class LocalSqsOptions
{
    /// <summary>TCP port on the loopback interface.</summary>
    /// <value>0 (the default) takes a free one; else 1 to 65535.</value>
    public int Port { get; init; }

    /// <summary>
    /// The protocols that are spoken. Without <see cref="LocalSqsProtocols.Json"/> a JSON request is answered as LocalStack
    /// before 3.0 does: status 500 and an XML body, so that a client's fallback can be tested.
    /// </summary>
    /// <value>Default: <see cref="LocalSqsProtocols.All"/>.</value>
    public LocalSqsProtocols Protocols { get; init; } = LocalSqsProtocols.All;

    /// <summary>The region in queue ARNs. Requests signed for another region are served all the same.</summary>
    /// <value>Default: <c>us-east-1</c>.</value>
    public string Region { get; init; } = "us-east-1";

    /// <summary>The account in queue ARNs and queue URLs.</summary>
    /// <value>Default: <c>000000000000</c>.</value>
    public string AccountId { get; init; } = "000000000000";

    /// <summary>The faults from the start on; <see cref="LocalSqs.Faults"/> exchanges them.</summary>
    /// <value>Default: null, none.</value>
    public SqsFaultPlan? Faults { get; init; }

    /// <summary>The clock behind visibility timeouts, delays, retention, deduplication, long polls and injected latency.</summary>
    /// <value>Default: the system's.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

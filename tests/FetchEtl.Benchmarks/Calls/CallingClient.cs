namespace FetchEtl.Benchmarks;

/// <summary>The client whose receives and deletes are measured.</summary>
internal enum CallingClient
{
    /// <summary><c>AmazonSQSClient</c> with the SDK's default configuration.</summary>
    Plain,

    /// <summary><c>AmazonSQSClient</c> with a faster configuration and fewer pipeline handlers.</summary>
    Tuned,

    /// <summary>The service's <c>DirectSqsClient</c>. Like the SDK, it validates the checksums of bodies.</summary>
    Direct,

    /// <summary><c>DirectSqsClient</c> on the tuned configuration.</summary>
    DirectTuned,
}

namespace FetchEtl.Benchmarks;

/// <summary>The client whose receives and deletes are measured.</summary>
internal enum CallingClient
{
    /// <summary><c>AmazonSQSClient</c> as the SDK sets it up.</summary>
    Plain,

    /// <summary><c>AmazonSQSClient</c> with every lever that its configuration has.</summary>
    Tuned,

    /// <summary><c>DirectSqsClient</c>, with the body checksums that the SDK validates.</summary>
    Direct,

    /// <summary><c>DirectSqsClient</c> on the tuned configuration.</summary>
    DirectTuned,
}

namespace FetchEtl.Sqs.Tests;

/// <summary>Tests that change settings of the whole AWS SDK or its environment. No other test runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SdkWideSettings
{
    public const string Name = "Settings of the whole AWS SDK";
}

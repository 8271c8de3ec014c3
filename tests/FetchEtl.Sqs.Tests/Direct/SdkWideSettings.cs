namespace FetchEtl.Sqs.Tests;

/// <summary>Tests that change settings of the whole AWS SDK run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SdkWideSettings
{
    public const string Name = "Settings of the whole AWS SDK";
}

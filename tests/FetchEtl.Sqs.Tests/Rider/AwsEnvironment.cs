using Amazon.Runtime;
using FetchEtl.Local;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// Removes AWS's settings from this process: its environment variables, its files and the instance's metadata.
/// <see cref="Dispose"/> restores them. For tests of <see cref="SdkWideSettings"/> only.
/// </summary>
internal sealed class AwsEnvironment : IDisposable
{
    private readonly Dictionary<string, string?> _before = [];

    public AwsEnvironment()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>())
        {
            if (name.StartsWith("AWS_", StringComparison.Ordinal))
            {
                Set(name, null);
            }
        }

        Set("AWS_EC2_METADATA_DISABLED", "true");
        Set("AWS_CONFIG_FILE", Path.Combine(AppContext.BaseDirectory, "no-such-file"));
        Set("AWS_SHARED_CREDENTIALS_FILE", Path.Combine(AppContext.BaseDirectory, "no-such-file"));
        FallbackRegionFactory.Reset();
    }

    /// <summary>Sets the endpoint, a region and credentials.</summary>
    public void Use(LocalSqs server)
    {
        Set("AWS_ENDPOINT_URL_SQS", server.ServiceUrl.ToString());
        Set("AWS_REGION", "eu-central-1");
        Set("AWS_ACCESS_KEY_ID", "test");
        Set("AWS_SECRET_ACCESS_KEY", "test");
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        FallbackRegionFactory.Reset();
    }

    private void Set(string name, string? value)
    {
        _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }
}

using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace FetchEtl.Sqs;

/// <summary>The credentials to sign with: those given, else what the AWS SDK's chain finds at the first use.</summary>
internal sealed class SqsCredentials
{
    /// <summary>Where nothing answers at the instance's metadata address, the chain would try for long.</summary>
    private static readonly TimeSpan ChainTimeout = TimeSpan.FromSeconds(8);

    private readonly AWSCredentials? _given;
    private readonly TimeProvider _timeProvider;
    private volatile AWSCredentials? _source;

    public SqsCredentials(AWSCredentials? given, TimeProvider timeProvider)
    {
        _given = given;
        _source = given;
        _timeProvider = timeProvider;
    }

    /// <summary>The credentials of this moment; cached by their source and refreshed by it before they expire.</summary>
    /// <exception cref="AmazonClientException">There are none. The message names the remedies.</exception>
    public async ValueTask<ImmutableCredentials> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            var current = _source?.GetCredentialsAsync() ?? Task.Run(ResolveAsync, cancellationToken);
            return await current.WaitAsync(ChainTimeout, _timeProvider, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AmazonClientException(
                "no AWS credentials to sign with. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with "
                + "AWS_PROFILE, or run with a container, instance or web identity role.",
                exception);
        }
    }

    /// <summary>Has the next request fetch fresh credentials, because the service called these expired.</summary>
    public void Refresh()
    {
        if (_source is RefreshingAWSCredentials refreshing)
        {
            refreshing.ClearCredentials();
        }
        else if (_given is null)
        {
            _source = null;
        }
    }

    private async Task<ImmutableCredentials> ResolveAsync()
    {
        var source = await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync();
        var credentials = await source.GetCredentialsAsync();
        _source = source;
        return credentials;
    }
}

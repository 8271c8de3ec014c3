using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.SQS;
using FetchEtl.Sqs;

namespace FetchEtl.Service;

/// <summary>
/// Credentials for an SQS on this machine. Emulators do not check credentials, so a user need not set any. An identity
/// that the user names takes precedence: a loopback address can be a tunnel to AWS.
/// </summary>
internal static class LocalCredentials
{
    private static readonly string[] IdentityVariables =
    [
        "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    ];

    /// <returns>Fixed credentials for a loopback endpoint; null where the SDK's own chain decides.</returns>
    public static AWSCredentials? For(SqsClientOptions options, Func<string, string?> environment)
    {
        var named = string.IsNullOrEmpty(options.Profile) ? environment("AWS_PROFILE") : options.Profile;
        var profile = FindProfile(string.IsNullOrEmpty(named) ? "default" : named, options.ProfilesLocation);
        var chosen = options.ServiceUrl?.AbsoluteUri
            ?? environment("AWS_ENDPOINT_URL_SQS") ?? environment("AWS_ENDPOINT_URL");
        var endpoint = string.IsNullOrEmpty(chosen) ? EndpointOf(profile, options.ProfilesLocation) : chosen;
        return Of(endpoint, environment, profile, !string.IsNullOrEmpty(named), string.IsNullOrEmpty(chosen));
    }

    /// <summary>The same for a client of another service.</summary>
    /// <param name="endpoint">The client's endpoint; null for AWS's own.</param>
    /// <param name="options">The identity that the settings name.</param>
    /// <param name="environment">Returns environment variables.</param>
    /// <param name="variable">The variable for this service's endpoint.</param>
    public static AWSCredentials? ForEndpoint(
        string? endpoint, SqsClientOptions options, Func<string, string?> environment, string variable)
    {
        var named = string.IsNullOrEmpty(options.Profile) ? environment("AWS_PROFILE") : options.Profile;
        var profile = FindProfile(string.IsNullOrEmpty(named) ? "default" : named, options.ProfilesLocation);
        var chosen = options.ServiceUrl?.AbsoluteUri ?? environment(variable) ?? environment("AWS_ENDPOINT_URL");
        return Of(endpoint, environment, profile, !string.IsNullOrEmpty(named), string.IsNullOrEmpty(chosen));
    }

    private static BasicAWSCredentials? Of(
        string? endpoint,
        Func<string, string?> environment,
        CredentialProfile? profile,
        bool isNamed,
        bool namesEndpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && url.IsLoopback
            && Array.TrueForAll(IdentityVariables, name => string.IsNullOrEmpty(environment(name)))
            && !IsIdentity(profile, isNamed, namesEndpoint)
            ? new BasicAWSCredentials("local", "local")
            : null;

    /// <summary>
    /// Whether the profile names the identity: it is named, so a missing one is an error of the chain, or the endpoint
    /// is its own. A profile without any credentials only says where to call.
    /// </summary>
    private static bool IsIdentity(CredentialProfile? profile, bool isNamed, bool namesEndpoint) =>
        profile is null ? isNamed : (isNamed || namesEndpoint) && profile.CanCreateAWSCredentials;

    private static CredentialProfile? FindProfile(string name, string? location) =>
        new CredentialProfileStoreChain(location).TryGetProfile(name, out var profile) ? profile : null;

    /// <summary>The endpoint of the profile, as the SDK finds it: its own for SQS, or one for all services.</summary>
    private static string? EndpointOf(CredentialProfile? profile, string? location)
    {
        try
        {
            return profile is null
                ? null
                : new AmazonSQSConfig { Profile = new Profile(profile.Name, location) }.ServiceURL;
        }
        catch (AmazonClientException)
        {
            // The client's factory reports an endpoint that is not a URL.
            return null;
        }
    }
}

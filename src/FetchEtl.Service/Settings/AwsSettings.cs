using Amazon.Extensions.NETCore.Setup;
using Amazon.SQS;
using FetchEtl.Sqs;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>
/// The <c>AWS</c> section: AWS's own settings under the names that AWSSDK.Extensions.NETCore.Setup reads. The
/// <c>Sqs</c> section takes precedence. The <c>AWS_*</c> variables apply where neither section has a value.
/// </summary>
internal static class AwsSettings
{
    private const string Section = "AWS";

    private static readonly string[] Keys =
    [
        "Profile", "ProfilesLocation", "Region", "ServiceURL", "SessionRoleArn", "SessionName", "ExternalId",
        "DefaultsMode", "UseFIPSEndpoint", "UseDualstackEndpoint", "RetryMode", "MaxErrorRetry", "Timeout",
        "ConnectTimeout",
    ];

    /// <summary>Finds the problems of the section, each with its key and the remedy.</summary>
    public static IEnumerable<string> Problems(IConfiguration configuration)
    {
        foreach (var setting in configuration.GetSection(Section).GetChildren())
        {
            if (!Keys.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            {
                var known = string.Join(", ", Keys);
                yield return $"There is no such setting: {setting.Path}. The settings of AWS are {known}.";
            }
        }

        if (Misread(configuration) is { } problem)
        {
            yield return $"AWS: {problem}";
        }
    }

    /// <summary>Sets the options that have no value yet.</summary>
    public static void Apply(IConfiguration configuration, SqsClientOptions options)
    {
        var aws = configuration.GetAWSOptions(Section);
        options.Profile = aws.Profile;
        options.ProfilesLocation = aws.ProfilesLocation;
        options.Region ??= aws.Region?.SystemName;
        if (options.ServiceUrl is null && aws.DefaultClientConfig.ServiceURL is { } url)
        {
            options.ServiceUrl = new Uri(url);
        }

        if (!string.IsNullOrEmpty(aws.SessionRoleArn))
        {
            options.Credentials = aws.GetCredentials();
        }

        options.Configure = config => Apply(aws, config);
    }

    /// <summary>
    /// Settings that select an SQS on this machine, whatever AWS identity and endpoint the other settings name.
    /// </summary>
    public static Dictionary<string, string?> WithoutIdentity(Uri serviceUrl) => new()
    {
        ["Sqs:ServiceUrl"] = serviceUrl.ToString(),
        ["AWS:Profile"] = null,
        ["AWS:SessionRoleArn"] = null,
        ["AWS:UseFIPSEndpoint"] = null,
        ["AWS:UseDualstackEndpoint"] = null,
    };

    private static void Apply(AWSOptions aws, AmazonSQSConfig config)
    {
        var given = aws.DefaultClientConfig;
        config.UseFIPSEndpoint = given.UseFIPSEndpoint ?? config.UseFIPSEndpoint;
        config.UseDualstackEndpoint = given.UseDualstackEndpoint ?? config.UseDualstackEndpoint;
        config.RetryMode = given.RetryMode ?? config.RetryMode;
        config.MaxErrorRetry = given.MaxErrorRetry ?? config.MaxErrorRetry;
        if (aws.DefaultConfigurationMode is { } mode)
        {
            config.DefaultConfigurationMode = mode;
        }

        if (given.Timeout is { } timeout)
        {
            config.Timeout = timeout;
        }

        if (given.ConnectTimeout is { } connectTimeout)
        {
            config.ConnectTimeout = connectTimeout;
        }
    }

    private static string? Misread(IConfiguration configuration)
    {
        try
        {
            configuration.GetAWSOptions(Section);
            return null;
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
    }
}

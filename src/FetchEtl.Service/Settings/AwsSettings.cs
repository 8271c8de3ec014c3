using System.Text.RegularExpressions;
using Amazon.Extensions.NETCore.Setup;
using Amazon.Runtime;
using FetchEtl.Logins;
using FetchEtl.Sqs;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>
/// The <c>AWS</c> section: AWS's own settings under the names that AWSSDK.Extensions.NETCore.Setup reads. The
/// <c>Sqs</c> section takes precedence. The <c>AWS_*</c> variables apply where neither section has a value.
/// </summary>
internal static partial class AwsSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "AWS";

    /// <summary>The names of the section's settings.</summary>
    public static readonly string[] Keys =
    [
        "Profile", "ProfilesLocation", "Region", "ServiceURL", "SessionRoleArn", "SessionName", "ExternalId",
        "DefaultsMode", "UseFIPSEndpoint", "UseDualstackEndpoint", "RetryMode", "MaxErrorRetry", "Timeout",
        "ConnectTimeout",
    ];

    /// <summary>Finds the problems of the section, each with its key and the remedy.</summary>
    public static IEnumerable<string> Problems(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        foreach (var setting in section.GetChildren())
        {
            if (!Keys.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            {
                yield return SettingsNames.Unknown(setting, Keys);
            }
        }

        if (section["ServiceURL"] is { Length: > 0 } url
            && !(Uri.TryCreate(url, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"))
        {
            yield return "AWS:ServiceURL must be an http or https URL such as http://127.0.0.1:4566.";
        }

        if (section["SessionRoleArn"] is { Length: > 0 } role
            && !(role.StartsWith("arn:", StringComparison.Ordinal)
                && role.Contains(":role/", StringComparison.Ordinal)))
        {
            yield return "AWS:SessionRoleArn must be the ARN of a role, as in arn:aws:iam::123456789012:role/name.";
        }

        if (section["SessionName"] is { Length: > 0 } session && !SessionName().IsMatch(session))
        {
            yield return "AWS:SessionName must be 2 to 64 letters, digits and characters of _+=,.@- without spaces.";
        }

        if (Misread(configuration) is { } problem)
        {
            yield return problem;
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

    /// <summary>Applies the section's choices of endpoints, retries and timeouts to a client of any service.</summary>
    public static void Apply(IConfiguration configuration, ClientConfig config) =>
        Apply(configuration.GetAWSOptions(Section), config);

    private static void Apply(AWSOptions aws, ClientConfig config)
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
        catch (Exception exception) when (exception is ArgumentException or FormatException or AmazonClientException
            or Amazon.Extensions.NETCore.Setup.ConfigurationException)
        {
            // The SDK's text can quote the value. It names the setting, and only that is shown.
            var named = exception.Message.Contains("DefaultConfiguration", StringComparison.Ordinal)
                ? "DefaultsMode"
                : Keys.OrderByDescending(key => key.Length).FirstOrDefault(key =>
                    exception.Message.Contains(key, StringComparison.OrdinalIgnoreCase));
            return named is null
                ? $"A setting of AWS has a form that the AWS SDK cannot read: check {string.Join(", ", Keys)}."
                : $"AWS:{named} has a form that the AWS SDK cannot read: {Form(named)}.";
        }
    }

    private static string Form(string key) => key switch
    {
        "Region" => "it must be the code of a region, such as eu-central-1",
        "UseFIPSEndpoint" or "UseDualstackEndpoint" => "it must be true or false",
        "MaxErrorRetry" => "it must be a whole number",
        "Timeout" or "ConnectTimeout" => "it must be a whole number of milliseconds",
        "RetryMode" => $"it must be one of {string.Join(", ", Enum.GetNames<RequestRetryMode>())}",
        "DefaultsMode" => $"it must be one of {string.Join(", ", Enum.GetNames<DefaultConfigurationMode>())}",
        _ => "see the AWS SDK for .NET",
    };

    /// <summary>STS's own rule for <c>RoleSessionName</c>.</summary>
    [GeneratedRegex(@"^[\w+=,.@-]{2,64}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SessionName();
}

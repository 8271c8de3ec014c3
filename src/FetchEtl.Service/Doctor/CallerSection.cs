using Amazon;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace FetchEtl.Service;

/// <summary>
/// The identity that signs the requests, as AWS's STS reports it. It needs no right, and shows no secret.
/// </summary>
internal sealed class CallerSection : IDoctorSection
{
    public string Name => "Who am I";

    public async Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        if (context.NoSqs is { } reason)
        {
            return [Checks.Caller.Skip(reason)];
        }

        try
        {
            using var sts = CreateClient(context);
            if (sts is null)
            {
                return [Checks.Caller.Ok("not AWS, skipped: this endpoint has no STS")];
            }

            var caller = await context.Limit.RunAsync(
                token => sts.GetCallerIdentityAsync(new GetCallerIdentityRequest(), token), cancellationToken);
            return [Checks.Caller.Ok($"{caller.Arn}, account {caller.Account}")];
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var finding = Describe(exception);
            if (finding.Found == SqsTrouble.NoCredentials)
            {
                // SQS would say the same of every call.
                context.NoSqs = "there are no AWS credentials";
            }

            return [finding];
        }
    }

    private static Finding Describe(Exception exception)
    {
        var (found, remedy) = SqsTrouble.Describe(exception);
        return SqsTrouble.IsUnreachable(exception)
            ? Checks.Caller.Warn(
                found.Replace("SQS", "STS", StringComparison.Ordinal),
                "nothing, if this network reaches SQS alone: only doctor asks STS who calls")
            : Checks.Caller.Fail(found, remedy);
    }

    /// <returns>Null for an endpoint that is not AWS, unless AWS's settings name an STS beside it.</returns>
    private static AmazonSecurityTokenServiceClient? CreateClient(DoctorContext context)
    {
        var options = context.Host.ClientOptions();
        var sqs = context.Client!.Config;
        var config = new AmazonSecurityTokenServiceConfig { MaxErrorRetry = 1 };
        if (!string.IsNullOrEmpty(options.Profile))
        {
            config.Profile = new Profile(options.Profile, options.ProfilesLocation);
        }

        config.RegionEndpoint = sqs.RegionEndpoint ?? config.RegionEndpoint ?? RegionEndpoint.USEast1;
        config.UseFIPSEndpoint = sqs.UseFIPSEndpoint;
        config.UseDualstackEndpoint = sqs.UseDualstackEndpoint;
        var isNamed = !string.IsNullOrEmpty(config.ServiceURL);
        if (!SqsEndpoint.Of(sqs).IsAws && !isNamed)
        {
            return null;
        }

        if (isNamed)
        {
            config.AuthenticationRegion = sqs.AuthenticationRegion;
        }

        return options.Credentials is { } credentials
            ? new AmazonSecurityTokenServiceClient(credentials, config)
            : new AmazonSecurityTokenServiceClient(config);
    }
}

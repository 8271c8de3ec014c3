using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Sqs.Tests;

public sealed class SqsClientFactoryTests : IDisposable
{
    private readonly string _profiles = Path.GetTempFileName();

    public void Dispose() => File.Delete(_profiles);

    [Theory]
    [InlineData("eu-central-1", "https://sqs.eu-central-1.amazonaws.com/")]
    [InlineData("cn-north-1", "https://sqs.cn-north-1.amazonaws.com.cn/")]
    [InlineData("us-gov-west-1", "https://sqs.us-gov-west-1.amazonaws.com/")]
    public void Without_a_service_URL_the_endpoint_is_that_of_the_region(string region, string expected) =>
        Assert.Equal(expected, Endpoint(Config(new() { Region = region })));

    [Fact]
    public void FIPS_and_dual_stack_endpoints_follow_the_settings_of_the_SDK()
    {
        var options = new SqsClientOptions
        {
            Region = "us-east-2",
            Configure = config =>
            {
                config.UseFIPSEndpoint = true;
                config.UseDualstackEndpoint = true;
            },
        };

        Assert.Equal("https://sqs-fips.us-east-2.api.aws/", Endpoint(Config(options)));
    }

    [Fact]
    public void The_region_is_the_option_then_the_environment_then_the_profile()
    {
        File.WriteAllText(_profiles, """
            [data]
            aws_access_key_id = AKID
            aws_secret_access_key = secret
            region = ap-south-1

            """);
        var options = new SqsClientOptions { Region = "eu-west-1", Profile = "data", ProfilesLocation = _profiles };

        Assert.Equal("eu-west-1", Region(("AWS_REGION", "eu-west-2")));
        options.Region = null;
        Assert.Equal("eu-west-2", Region(("AWS_REGION", "eu-west-2"), ("AWS_DEFAULT_REGION", "eu-west-3")));
        Assert.Equal("eu-west-3", Region(("AWS_DEFAULT_REGION", "eu-west-3")));
        Assert.Equal("ap-south-1", Region());

        string Region(params (string, string)[] environment) => Config(options, environment).RegionEndpoint.SystemName;
    }

    [Fact]
    public void A_custom_endpoint_gets_every_request_and_requests_are_signed_for_the_region()
    {
        var config = Config(new() { ServiceUrl = new Uri("http://127.0.0.1:4566"), Region = "eu-west-1" });

        Assert.Equal("http://127.0.0.1:4566/", Endpoint(config));
        Assert.Equal("eu-west-1", config.AuthenticationRegion);
    }

    [Fact]
    public void All_invalid_options_are_reported_at_once_with_their_remedies()
    {
        var options = new SqsClientOptions
        {
            ServiceUrl = new Uri("ftp://127.0.0.1"),
            Region = "EU (Frankfurt)",
            Protocol = (SqsProtocol)9,
            Profile = "nobody",
            ProfilesLocation = _profiles,
        };

        var exception = Assert.Throws<SqsSettingsException>(() => TestClients.Create(options));

        string[] parts =
        [
            "ServiceUrl", "http or https", "Region", "eu-central-1", "Protocol", "Auto, Json, Query", "Profile",
            "ProfilesLocation",
        ];
        foreach (var part in parts)
        {
            Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        }

        Assert.All(
            ["ftp://", "Frankfurt", "nobody"],
            value => Assert.DoesNotContain(value, exception.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://sqs.example.test", true)]
    [InlineData("https://sqs.example.test", false)]
    [InlineData("http://127.0.0.1:4566", false)]
    [InlineData("http://localhost:4566", false)]
    public void An_endpoint_elsewhere_that_is_not_encrypted_is_warned_of_and_can_be_refused(string url, bool isPlain)
    {
        using var logs = new RecordedLogs();
        var options = TestClients.Options(new Uri(url));

        TestClients.Create(options, logs).Dispose();

        Assert.Equal(isPlain ? 1 : 0, logs.CountOf(1001));
        options.RequireTls = true;
        var refusal = Record.Exception(() => TestClients.Create(options).Dispose());
        Assert.Equal(isPlain, refusal is SqsSettingsException);
    }

    [Fact]
    public void The_settings_of_the_SDK_can_be_changed()
    {
        var config = Config(new() { Region = "eu-west-1", Configure = x => x.MaxErrorRetry = 7 });

        Assert.Equal(7, config.MaxErrorRetry);
    }

    [Fact]
    public async Task A_service_collection_has_one_client_and_an_application_may_register_its_own()
    {
        var url = new Uri("http://127.0.0.1:1");
        using var own = new AmazonSQSClient(
            new AnonymousAWSCredentials(), new AmazonSQSConfig { ServiceURL = url.AbsoluteUri });
        await using var alone = new ServiceCollection()
            .AddSqsClient((_, x) => x.ServiceUrl = url)
            .BuildServiceProvider();
        await using var beside = new ServiceCollection()
            .AddSingleton<IAmazonSQS>(own)
            .AddSqsClient()
            .BuildServiceProvider();

        Assert.Same(alone.GetRequiredService<IAmazonSQS>(), alone.GetRequiredService<IAmazonSQS>());
        Assert.Same(own, beside.GetRequiredService<IAmazonSQS>());
        Assert.NotNull(beside.GetRequiredService<SqsMetrics>());
    }

    private static AmazonSQSConfig Config(SqsClientOptions options, params (string Name, string Value)[] environment)
    {
        options.Environment = name => environment.FirstOrDefault(variable => variable.Name == name).Value;
        return SqsClientFactory.CreateConfig(options);
    }

    private static string Endpoint(AmazonSQSConfig config) => new Uri(config.DetermineServiceOperationEndpoint(
        new ServiceOperationEndpointParameters(new ListQueuesRequest())).URL).AbsoluteUri;
}

using Amazon;

namespace FetchEtl.Sqs.Tests;

public sealed class SqsEndpointTests
{
    [Theory]
    [InlineData("eu-central-1", "https://sqs.eu-central-1.amazonaws.com/")]
    [InlineData("cn-north-1", "https://sqs.cn-north-1.amazonaws.com.cn/")]
    [InlineData("us-gov-west-1", "https://sqs.us-gov-west-1.amazonaws.com/")]
    public void Without_a_service_URL_it_is_the_regions_own(string region, string expected)
    {
        var endpoint = Resolve(new SqsClientOptions { Region = region });

        Assert.Equal(expected, endpoint.Url.AbsoluteUri);
        Assert.Equal(region, endpoint.Region);
    }

    [Theory]
    [InlineData("http://10.0.0.1:1", "http://10.0.0.2:2", "http://10.0.0.3:3", "http://10.0.0.1:1/")]
    [InlineData(null, "http://10.0.0.2:2", "http://10.0.0.3:3", "http://10.0.0.2:2/")]
    [InlineData(null, null, "http://10.0.0.3:3", "http://10.0.0.3:3/")]
    public void The_setting_goes_before_the_services_variable_and_that_before_the_general_one(
        string? setting, string? service, string? general, string expected)
    {
        var options = new SqsClientOptions { ServiceUrl = setting is null ? null : new Uri(setting) };

        var endpoint = Resolve(options, ("AWS_ENDPOINT_URL_SQS", service), ("AWS_ENDPOINT_URL", general));

        Assert.Equal(expected, endpoint.Url.AbsoluteUri);
    }

    [Fact]
    public void The_region_is_the_setting_then_the_environment_then_the_SDKs_chain()
    {
        Assert.Equal("eu-west-1", Resolve(new() { Region = "eu-west-1" }, ("AWS_REGION", "eu-west-2")).Region);
        Assert.Equal("eu-west-2", Resolve(new(), ("AWS_REGION", "eu-west-2"), ("AWS_DEFAULT_REGION", "eu-west-3")).Region);
        Assert.Equal("eu-west-3", Resolve(new(), ("AWS_DEFAULT_REGION", "eu-west-3")).Region);
        Assert.Equal(
            "ap-south-1",
            SqsEndpoint.Resolve(new() { Environment = _ => null }, _ => RegionEndpoint.APSouth1).Region);
    }

    [Fact]
    public void With_a_service_URL_the_instance_is_not_asked_and_the_region_falls_back()
    {
        bool? asked = null;
        var options = new SqsClientOptions { ServiceUrl = new Uri("http://127.0.0.1:4566"), Environment = _ => null };

        var endpoint = SqsEndpoint.Resolve(options, instanceToo =>
        {
            asked = instanceToo;
            return null;
        });

        Assert.False(asked);
        Assert.Equal("us-east-1", endpoint.Region);
    }

    [Fact]
    public void No_region_anywhere_names_the_remedies()
    {
        var exception = Assert.Throws<SqsSettingsException>(() => Resolve(new()));

        Assert.Contains("AWS_REGION", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_that_is_no_URL_is_named()
    {
        var exception = Assert.Throws<SqsSettingsException>(() => Resolve(new(), ("AWS_ENDPOINT_URL", "127.0.0.1:4566")));

        Assert.Contains("AWS_ENDPOINT_URL", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_settings_that_cannot_work_are_named_at_once()
    {
        var options = new SqsClientOptions
        {
            ServiceUrl = new Uri("ftp://127.0.0.1"),
            RequestTimeout = TimeSpan.Zero,
            MaxRetries = 11,
        };

        var exception = Assert.Throws<SqsSettingsException>(() => new SqsClient(options));

        Assert.Contains("ServiceUrl", exception.Message, StringComparison.Ordinal);
        Assert.Contains("RequestTimeout", exception.Message, StringComparison.Ordinal);
        Assert.Contains("MaxRetries", exception.Message, StringComparison.Ordinal);
    }

    private static SqsEndpoint Resolve(SqsClientOptions options, params (string Name, string? Value)[] environment)
    {
        options.Environment = name => environment.FirstOrDefault(variable => variable.Name == name).Value;
        return SqsEndpoint.Resolve(options, _ => null);
    }
}

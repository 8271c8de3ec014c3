using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.SQS;
using Amazon.SQS.Internal;

namespace FetchEtl.Sqs.Tests;

/// <summary>Which configurations have a direct path. The others need something that only the SDK does.</summary>
[Collection(SdkWideSettings.Name)]
public sealed class DirectRouteTests
{
    private static readonly IPipelineHandler[] Plain =
        [new Marshaller(), new Signer(), new ValidationResponseHandler()];

    public static TheoryData<string, string?> Direct => new()
    {
        { "http://127.0.0.1:4566", null },
        { "https://sqs.eu-central-1.amazonaws.com", null },
        { "https://sqs-fips.us-east-1.amazonaws.com", "fips" },
        { "https://sqs.us-east-1.api.aws", "dual stack" },
        { "https://sqs.us-east-1.amazonaws.com", "region" },
    };

    public static TheoryData<string> OnlySdk =>
    [
        "metrics", "response log", "alternate user agent", "adaptive", "http", "path", "query", "user",
        "no client cache", "fips and url", "provider",
    ];

    [Theory]
    [MemberData(nameof(Direct))]
    public void A_plain_endpoint_has_a_direct_path(string url, string? variant)
    {
        var config = new AmazonSQSConfig();
        if (variant is null)
        {
            config.ServiceURL = url;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.USEast1;
            config.UseFIPSEndpoint = variant == "fips";
            config.UseDualstackEndpoint = variant == "dual stack";
        }

        Assert.Equal(new Uri(url), DirectRoute.Find(config, Plain)?.Url);
    }

    [Theory]
    [MemberData(nameof(OnlySdk))]
    public void A_setting_that_the_direct_path_does_not_support_is_left_to_the_SDK(string what)
    {
        var config = DirectClients.Config();
        Assert.NotNull(DirectRoute.Find(config, Plain));
        Action change = what switch
        {
            "metrics" => () => config.LogMetrics = true,
            "response log" => () => config.LogResponse = true,
            "alternate user agent" => () => config.UseAlternateUserAgentHeader = true,
            "adaptive" => () => config.RetryMode = RequestRetryMode.Adaptive,
            "http" => () =>
            {
                config = new AmazonSQSConfig { RegionEndpoint = RegionEndpoint.USEast1, UseHttp = true };
            },
            "path" => () => config.ServiceURL = "http://127.0.0.1:4566/prefix/",
            "query" => () => config.ServiceURL = "http://127.0.0.1:4566/?x=y",
            "user" => () => config.ServiceURL = "http://user@127.0.0.1:4566/",
            "no client cache" => () => config.CacheHttpClient = false,
            "fips and url" => () => config.UseFIPSEndpoint = true,
            "provider" => () => config.EndpointProvider = new OtherProvider(),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };

        change();

        Assert.Null(DirectRoute.Find(config, Plain));
    }

    [Fact]
    public void A_pipeline_with_foreign_handlers_is_left_to_the_SDK()
    {
        Assert.Null(DirectRoute.Find(DirectClients.Config(), [.. Plain, new ForeignHandler()]));
        Assert.Null(DirectRoute.Find(DirectClients.Config(), [.. Plain, new CSMCallEventHandler()]));
    }

    [Fact]
    public async Task Checksums_are_validated_only_while_the_pipeline_validates_them()
    {
        const string Wrong =
            """{"Messages":[{"MessageId":"m","Body":"x","MD5OfBody":"00000000000000000000000000000000"}]}""";
        var http = new ScriptedHttp(_ => ScriptedHttp.Json(Wrong));
        using (var validating = DirectClients.Direct(http))
        {
            Assert.Empty((await validating.ReceiveMessageAsync(DirectClients.Receive)).Messages);
        }

        var shortened = new WithoutValidation();
        RuntimePipelineCustomizerRegistry.Instance.Register(shortened);
        try
        {
            using var trusting = DirectClients.Direct(http);
            Assert.Single((await trusting.ReceiveMessageAsync(DirectClients.Receive)).Messages);
        }
        finally
        {
            RuntimePipelineCustomizerRegistry.Instance.Deregister(shortened);
        }

        Assert.All(http.Requests, request => Assert.True(request.IsDirect));
        Assert.Equal(2, http.Requests.Count);
    }

    private sealed class ForeignHandler : PipelineHandler;

    private sealed class OtherProvider : IEndpointProvider
    {
        public Endpoint ResolveEndpoint(EndpointParameters parameters) => new("http://127.0.0.1:4566");
    }

    private sealed class WithoutValidation : IRuntimePipelineCustomizer
    {
        public string UniqueName => nameof(WithoutValidation);

        public void Customize(Type type, RuntimePipeline pipeline) =>
            pipeline.RemoveHandler<ValidationResponseHandler>();
    }
}

using System.Text;
using Amazon.Runtime;
using FetchEtl.Testing;

namespace FetchEtl.Sqs.Tests;

public sealed class SqsSigningTests
{
    [Theory]
    [InlineData(SqsProtocol.Json, null)]
    [InlineData(SqsProtocol.Json, "session-token")]
    [InlineData(SqsProtocol.Query, null)]
    [InlineData(SqsProtocol.Query, "session-token")]
    public async Task What_arrives_bears_the_signature_the_AWS_SDK_would_give_it(SqsProtocol protocol, string? token)
    {
        var time = new ManualTimeProvider();
        await using var endpoint = await WireEndpoint.StartAsync(request =>
            request.IsJson ? WireReply.Json("{}") : WireReply.Xml("<SetQueueAttributesResponse/>"));
        var options = TestClients.Options(endpoint.Url, protocol);
        options.Credentials = token is null
            ? new BasicAWSCredentials("AKID", "secret")
            : new SessionAWSCredentials("AKID", "secret", token);
        using var client = new SqsClient(options, timeProvider: time);

        await client.SetQueueAttributesAsync(
            "http://elsewhere:9/000000000000/q", new Dictionary<string, string> { ["DelaySeconds"] = "1" });

        var request = Assert.Single(endpoint.Requests);
        string[] signed = ["Content-Type", "Host", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Target"];
        Assert.Equal(token, request.Headers.GetValueOrDefault("X-Amz-Security-Token"));
        Assert.Equal(
            AwsSignerOracle.Authorize(
                endpoint.Url,
                request.Path,
                "POST",
                signed.Where(request.Headers.ContainsKey).ToDictionary(name => name, name => request.Headers[name]),
                Encoding.UTF8.GetBytes(request.Content),
                ("AKID", "secret"),
                "eu-central-1",
                "sqs",
                time.GetUtcNow()),
            request.Headers["Authorization"]);
    }

    [Theory]
    [InlineData(SqsProtocol.Json, "/")]
    [InlineData(SqsProtocol.Query, "/000000000000/q")]
    public async Task Requests_go_to_the_service_URL_whatever_host_the_queue_URL_names(SqsProtocol protocol, string path)
    {
        await using var endpoint = await WireEndpoint.StartAsync(request =>
            request.IsJson ? WireReply.Json("{}") : WireReply.Xml("<ReceiveMessageResponse><ReceiveMessageResult/></ReceiveMessageResponse>"));
        using var client = TestClients.Client(endpoint.Url, protocol);

        await client.ReceiveMessageAsync("http://elsewhere:9/000000000000/q", new SqsReceiveRequest());

        var request = Assert.Single(endpoint.Requests);
        Assert.Equal(path, request.Path);
        Assert.Equal(endpoint.Url.Authority, request.Headers["Host"]);
        Assert.Contains("elsewhere", request.Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_that_expired_are_refreshed_and_the_call_made_again()
    {
        await using var endpoint = await WireEndpoint.StartAsync(request =>
            request.Headers["Authorization"].Contains("AKID1/", StringComparison.Ordinal)
                ? WireReply.JsonError("ExpiredTokenException", System.Net.HttpStatusCode.BadRequest)
                : WireReply.QueueUrl);
        using var credentials = new CountingCredentials();
        var options = TestClients.Options(endpoint.Url);
        options.Credentials = credentials;
        using var client = new SqsClient(options);

        await client.GetQueueUrlAsync("q");

        Assert.Equal(2, endpoint.Requests.Count);
        Assert.Contains("AKID2/", endpoint.Requests.Last().Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_that_cannot_be_had_name_the_remedies_and_nothing_is_sent()
    {
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.QueueUrl);
        var options = TestClients.Options(endpoint.Url);
        options.Credentials = new NoCredentials();
        using var client = new SqsClient(options);

        var exception = await Assert.ThrowsAsync<SqsException>(() => client.GetQueueUrlAsync("q"));

        Assert.Equal(SqsErrorCode.NoCredentials, exception.Code);
        Assert.False(exception.IsTransient);
        Assert.Contains("AWS_ACCESS_KEY_ID", exception.Message, StringComparison.Ordinal);
        Assert.Empty(endpoint.Requests);
    }

    [Fact]
    public void Only_a_clock_that_is_minutes_off_follows_the_services()
    {
        var time = new ManualTimeProvider();
        var clock = new SigningClock(time);

        Assert.False(SigningClock.IsOutOfTime(clock.UtcNow, null));
        Assert.False(SigningClock.IsOutOfTime(clock.UtcNow, time.GetUtcNow() + TimeSpan.FromMinutes(4)));
        Assert.True(SigningClock.IsOutOfTime(clock.UtcNow, time.GetUtcNow() - TimeSpan.FromMinutes(5)));
        clock.Follow(time.GetUtcNow() - TimeSpan.FromMinutes(5));
        Assert.Equal(time.GetUtcNow() - TimeSpan.FromMinutes(5), clock.UtcNow);
    }

    private sealed class NoCredentials : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => throw new AmazonClientException("none");
    }

    /// <summary>New keys at each refresh.</summary>
    private sealed class CountingCredentials : RefreshingAWSCredentials
    {
        private int _count;

        protected override CredentialsRefreshState GenerateNewCredentials() => new(
            new ImmutableCredentials($"AKID{++_count}", "secret", "token"), DateTime.UtcNow + TimeSpan.FromHours(1));

        protected override Task<CredentialsRefreshState> GenerateNewCredentialsAsync() => Task.FromResult(GenerateNewCredentials());
    }
}

using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Sqs.Tests;

/// <summary>Retries, timeouts and network errors of the client.</summary>
public sealed class SqsAttemptTests
{
    private const string Queue = "http://127.0.0.1/000000000000/q";

    private static WireReply InternalFailure { get; } =
        WireReply.JsonError("InternalFailure", HttpStatusCode.InternalServerError);

    [Fact]
    public async Task A_call_that_fails_transiently_is_retried_until_it_succeeds()
    {
        await using var endpoint = await WireEndpoint.StartAsync(InternalFailure, InternalFailure, WireReply.QueueUrl);
        using var client = TestClients.Create(endpoint.Url);

        await client.GetQueueUrlAsync("q");

        Assert.Equal(3, endpoint.Requests.Count);
    }

    [Fact]
    public async Task When_the_retries_are_used_up_the_last_error_is_thrown()
    {
        await using var endpoint = await WireEndpoint.StartAsync(InternalFailure);
        using var client = TestClients.Create(endpoint.Url);

        var exception = await Assert.ThrowsAsync<AmazonSQSException>(() => client.GetQueueUrlAsync("q"));

        Assert.Equal("InternalFailure", exception.ErrorCode);
        Assert.True(SqsErrors.IsTransient(exception));
        Assert.Equal(3, endpoint.Requests.Count);
    }

    [Fact]
    public async Task A_permanent_error_is_not_retried()
    {
        await using var endpoint = await WireEndpoint.StartAsync(
            WireReply.JsonError("AccessDeniedException", HttpStatusCode.BadRequest));
        using var client = TestClients.Create(endpoint.Url);

        var exception = await Assert.ThrowsAsync<AmazonSQSException>(() => client.GetQueueUrlAsync("q"));

        Assert.False(SqsErrors.IsTransient(exception));
        Assert.Single(endpoint.Requests);
    }

    [Fact]
    public async Task A_delete_whose_reply_was_lost_is_retried()
    {
        await using var endpoint = await WireEndpoint.StartAsync(
            null, WireReply.Json("""{"Successful":[{"Id":"0"}]}"""));
        using var client = TestClients.Create(endpoint.Url);

        await client.DeleteMessageBatchAsync(Queue, [new DeleteMessageBatchRequestEntry("0", "handle")]);

        Assert.Equal(2, endpoint.Requests.Count);
    }

    /// <summary>The SDK's own retries multiply those of the endpoint.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_delete_whose_replies_are_all_lost_or_refused_costs_four_requests_at_most(bool lost)
    {
        await using var endpoint = await WireEndpoint.StartAsync(lost ? null : InternalFailure);
        using var client = TestClients.Create(endpoint.Url);

        await Assert.ThrowsAnyAsync<Exception>(
            () => client.DeleteMessageBatchAsync(Queue, [new DeleteMessageBatchRequestEntry("0", "handle")]));

        Assert.InRange(endpoint.Requests.Count, 1, 4);
    }

    [Fact]
    public async Task A_receive_whose_reply_was_lost_is_not_retried_because_SQS_would_hide_further_messages()
    {
        await using var endpoint = await WireEndpoint.StartAsync((WireReply?)null);
        using var client = TestClients.Create(endpoint.Url);

        var exception = await Assert.ThrowsAsync<AmazonSQSException>(() => client.ReceiveMessageAsync(Queue));

        Assert.Equal(SqsErrors.ReplyLost, exception.ErrorCode);
        Assert.Equal(
            $"SQS gave no reply: the connection to {endpoint.Url.Authority} broke before the reply to ReceiveMessage "
            + "came",
            SqsErrors.Describe(exception));
        Assert.True(SqsErrors.IsTransient(exception));
        Assert.Single(endpoint.Requests);
    }

    [Fact]
    public async Task A_receive_with_a_transient_error_reply_is_retried()
    {
        await using var endpoint = await WireEndpoint.StartAsync(InternalFailure, WireReply.Json("{}"));
        using var client = TestClients.Create(endpoint.Url);

        await client.ReceiveMessageAsync(Queue);

        Assert.Equal(2, endpoint.Requests.Count);
    }

    [Fact]
    public async Task A_receive_without_a_reply_ends_after_the_longest_poll_and_the_timeout_of_an_attempt()
    {
        var time = new FakeTimeProvider();
        var (endpoint, arrived) = await SilentAsync();
        await using var closing = endpoint;
        using var client = TestClients.Create(endpoint.Url, time: time);

        var receive = client.ReceiveMessageAsync(Queue);
        await arrived.Task;
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(receive.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        var exception = await Assert.ThrowsAsync<AmazonSQSException>(() => receive);
        Assert.Equal(SqsErrors.Timeout, exception.ErrorCode);
        Assert.True(SqsErrors.IsTransient(exception));
        Assert.Single(endpoint.Requests);
    }

    [Fact]
    public async Task Any_other_call_without_a_reply_ends_after_the_timeout_of_an_attempt_which_Configure_can_set()
    {
        var time = new FakeTimeProvider();
        var (endpoint, arrived) = await SilentAsync();
        await using var closing = endpoint;
        var options = TestClients.Options(endpoint.Url);
        options.Configure = config =>
        {
            config.Timeout = TimeSpan.FromSeconds(4);
            config.MaxErrorRetry = 0;
        };
        using var client = TestClients.Create(options, time: time);

        var call = client.GetQueueUrlAsync("q");
        await arrived.Task;
        time.Advance(TimeSpan.FromSeconds(4));

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => call);
        Assert.Contains($"GetQueueUrl got no reply from {endpoint.Url.Authority} within 4 s", exception.Message);
    }

    [Fact]
    public async Task A_cancelled_call_throws_a_cancellation_and_is_not_retried()
    {
        using var cancellation = new CancellationTokenSource();
        await using var endpoint = await WireEndpoint.StartAsync(async (_, aborted) =>
        {
            await cancellation.CancelAsync();
            await Task.Delay(Timeout.Infinite, aborted);
            return null;
        });
        using var client = TestClients.Create(endpoint.Url);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.ReceiveMessageAsync(Queue, cancellation.Token));

        Assert.Single(endpoint.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refused_connection_is_transient(bool receives)
    {
        // The port is taken, and nothing listens there.
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var client = TestClients.Create(new Uri($"http://{taken.LocalEndPoint}"));

        var exception = await Assert.ThrowsAsync<HttpRequestException>(
            () => receives ? client.ReceiveMessageAsync(Queue) : client.GetQueueUrlAsync("q"));

        Assert.True(SqsErrors.IsTransient(exception));
        Assert.StartsWith("SQS cannot be reached: ", SqsErrors.Describe(exception), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expired_credentials_are_refreshed_and_the_call_is_retried_with_the_new_ones()
    {
        await using var endpoint = await WireEndpoint.StartAsync(request =>
            request.Headers["Authorization"].Contains("AKID1/", StringComparison.Ordinal)
                ? WireReply.JsonError("ExpiredTokenException", HttpStatusCode.BadRequest)
                : WireReply.QueueUrl);
        using var credentials = new CountingCredentials();
        var options = TestClients.Options(endpoint.Url);
        options.Credentials = credentials;
        using var client = TestClients.Create(options);

        await client.GetQueueUrlAsync("q");

        Assert.Equal(2, endpoint.Requests.Count);
        Assert.Contains("AKID2/", endpoint.Requests.Last().Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_credentials_nothing_is_sent_and_the_failure_is_permanent()
    {
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.QueueUrl);
        var options = TestClients.Options(endpoint.Url);
        options.Credentials = new NoCredentials();
        using var client = TestClients.Create(options);

        var exception = await Assert.ThrowsAsync<AmazonClientException>(() => client.GetQueueUrlAsync("q"));

        Assert.False(SqsErrors.IsTransient(exception));
        Assert.Empty(endpoint.Requests);
    }

    [Theory]
    [InlineData(SqsProtocol.Json, "/")]
    [InlineData(SqsProtocol.Query, "/000000000000/q")]
    public async Task Requests_go_to_the_service_URL_whatever_host_the_queue_URL_names(
        SqsProtocol protocol, string path)
    {
        const string EmptyReceive = "<ReceiveMessageResponse><ReceiveMessageResult/></ReceiveMessageResponse>";
        await using var endpoint = await WireEndpoint.StartAsync(request =>
            request.IsJson ? WireReply.Json("{}") : WireReply.Xml(EmptyReceive));
        using var client = TestClients.Create(endpoint.Url, protocol);

        await client.ReceiveMessageAsync("http://elsewhere:9/000000000000/q");

        var request = Assert.Single(endpoint.Requests);
        Assert.Equal(path, request.Path);
        Assert.Equal(endpoint.Url.Authority, request.Headers["Host"]);
        Assert.Contains("elsewhere", request.Content, StringComparison.Ordinal);
    }

    private static async Task<(WireEndpoint Endpoint, TaskCompletionSource Arrived)> SilentAsync()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var endpoint = await WireEndpoint.StartAsync(async (_, aborted) =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.Infinite, aborted);
            return null;
        });
        return (endpoint, arrived);
    }

    private sealed class NoCredentials : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => throw new AmazonClientException("none");
    }

    /// <summary>Returns new keys at each refresh.</summary>
    private sealed class CountingCredentials : RefreshingAWSCredentials
    {
        private int _count;

        protected override CredentialsRefreshState GenerateNewCredentials() => new(
            new ImmutableCredentials($"AKID{++_count}", "secret", "token"), DateTime.UtcNow + TimeSpan.FromHours(1));

        protected override Task<CredentialsRefreshState> GenerateNewCredentialsAsync() =>
            Task.FromResult(GenerateNewCredentials());
    }
}

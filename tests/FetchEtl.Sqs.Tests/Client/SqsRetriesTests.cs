using System.Net;
using FetchEtl.Testing;

namespace FetchEtl.Sqs.Tests;

public sealed class SqsRetriesTests
{
    private const string Queue = "http://127.0.0.1/000000000000/q";

    private static WireReply Throttled { get; } = WireReply.JsonError("RequestThrottled", HttpStatusCode.BadRequest);

    [Fact]
    public async Task A_throttled_call_is_made_again_until_it_works()
    {
        await using var endpoint = await WireEndpoint.StartAsync(Throttled, Throttled, WireReply.QueueUrl);
        using var client = TestClients.Client(endpoint.Url);

        await client.GetQueueUrlAsync("q");

        Assert.Equal(3, endpoint.Requests.Count);
    }

    [Fact]
    public async Task When_the_retries_are_used_up_the_last_error_stands()
    {
        await using var endpoint = await WireEndpoint.StartAsync(Throttled);
        using var client = TestClients.Client(endpoint.Url);

        var exception = await Assert.ThrowsAsync<SqsException>(() => client.GetQueueUrlAsync("q"));

        Assert.Equal("RequestThrottled", exception.Code);
        Assert.True(exception.IsTransient);
        Assert.Equal(HttpStatusCode.BadRequest, exception.StatusCode);
        Assert.Equal("GetQueueUrl", exception.Operation);
        Assert.Equal(4, endpoint.Requests.Count);
    }

    [Fact]
    public async Task An_error_for_good_is_not_tried_again()
    {
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.JsonError("AccessDeniedException", HttpStatusCode.BadRequest));
        using var client = TestClients.Client(endpoint.Url);

        await Assert.ThrowsAsync<SqsException>(() => client.GetQueueUrlAsync("q"));

        Assert.Single(endpoint.Requests);
    }

    [Fact]
    public async Task A_delete_whose_reply_was_lost_is_made_again()
    {
        await using var endpoint = await WireEndpoint.StartAsync(null, WireReply.Json("""{"Successful":[{"Id":"0"}]}"""));
        using var client = TestClients.Client(endpoint.Url);

        Assert.True((await client.DeleteMessageBatchAsync(Queue, ["handle"])).AllSucceeded);

        Assert.Equal(2, endpoint.Requests.Count);
    }

    [Fact]
    public async Task A_receive_whose_reply_was_lost_is_not_made_again()
    {
        await using var endpoint = await WireEndpoint.StartAsync((WireReply?)null);
        using var client = TestClients.Client(endpoint.Url);

        var exception = await Assert.ThrowsAsync<SqsException>(() => client.ReceiveMessageAsync(Queue, new SqsReceiveRequest()));

        Assert.Equal(SqsErrorCode.ReplyLost, exception.Code);
        Assert.True(exception.IsTransient);
        Assert.True(exception.EffectUnknown);
        Assert.Single(endpoint.Requests);
    }

    [Fact]
    public async Task A_throttled_receive_is_made_again()
    {
        await using var endpoint = await WireEndpoint.StartAsync(Throttled, WireReply.Json("{}"));
        using var client = TestClients.Client(endpoint.Url);

        Assert.Empty(await client.ReceiveMessageAsync(Queue, new SqsReceiveRequest()));

        Assert.Equal(2, endpoint.Requests.Count);
    }

    [Fact]
    public async Task A_reply_that_never_comes_ends_in_a_timeout_after_the_wait_time_and_the_request_timeout()
    {
        var time = new ManualTimeProvider();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var endpoint = await WireEndpoint.StartAsync(async (_, aborted) =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.Infinite, aborted);
            return null;
        });
        using var client = TestClients.Client(endpoint.Url, timeProvider: time);

        var receive = client.ReceiveMessageAsync(Queue, new SqsReceiveRequest { WaitTime = TimeSpan.FromSeconds(20) });
        await arrived.Task;
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(receive.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        var exception = await Assert.ThrowsAsync<SqsException>(() => receive);
        Assert.Equal(SqsErrorCode.Timeout, exception.Code);
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_and_no_error_of_SQS()
    {
        using var cancellation = new CancellationTokenSource();
        await using var endpoint = await WireEndpoint.StartAsync(async (_, aborted) =>
        {
            await cancellation.CancelAsync();
            await Task.Delay(Timeout.Infinite, aborted);
            return null;
        });
        using var client = TestClients.Client(endpoint.Url);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.ReceiveMessageAsync(Queue, new SqsReceiveRequest(), cancellation.Token));
    }

    [Fact]
    public async Task No_connection_is_transient_and_certain_to_have_had_no_effect()
    {
        Uri gone;
        await using (var endpoint = await WireEndpoint.StartAsync(WireReply.QueueUrl))
        {
            gone = endpoint.Url;
        }

        using var client = TestClients.Client(gone);

        var exception = await Assert.ThrowsAsync<SqsException>(() => client.GetQueueUrlAsync("q"));

        Assert.Equal(SqsErrorCode.ConnectionFailed, exception.Code);
        Assert.True(exception.IsTransient);
        Assert.False(exception.EffectUnknown);
        Assert.Null(exception.StatusCode);
    }

    [Fact]
    public async Task A_clock_that_is_off_is_corrected_by_the_services_time_for_all_calls_under_way()
    {
        var time = new ManualTimeProvider();
        var serviceTime = time.GetUtcNow() + TimeSpan.FromHours(3);
        var bothArrived = new CountdownEvent(2);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var endpoint = await WireEndpoint.StartAsync(async (request, _) =>
        {
            if (request.Headers["X-Amz-Date"] == "20260101T030000Z")
            {
                return WireReply.QueueUrl with { Date = serviceTime };
            }

            if (bothArrived.Signal())
            {
                go.SetResult();
            }

            await go.Task;
            return WireReply.JsonError("InvalidSignatureException", HttpStatusCode.Forbidden) with { Date = serviceTime };
        });
        using var logs = new RecordedLogs();
        var options = TestClients.Options(endpoint.Url);
        options.RetryDelay = TimeSpan.Zero;
        using var client = new SqsClient(options, logs, timeProvider: time);

        await Task.WhenAll(client.GetQueueUrlAsync("q"), client.GetQueueUrlAsync("q"));

        Assert.Equal(4, endpoint.Requests.Count);
        Assert.InRange(logs.Texts.Count(line => line.StartsWith("Warning 1002", StringComparison.Ordinal)), 1, 2);
    }

    [Fact]
    public async Task A_wrong_signature_in_time_is_an_error_for_good()
    {
        await using var endpoint = await WireEndpoint.StartAsync(WireReply.JsonError("InvalidSignatureException", HttpStatusCode.Forbidden));
        using var client = TestClients.Client(endpoint.Url);

        var exception = await Assert.ThrowsAsync<SqsException>(() => client.GetQueueUrlAsync("q"));

        Assert.False(exception.IsTransient);
        Assert.Single(endpoint.Requests);
    }
}

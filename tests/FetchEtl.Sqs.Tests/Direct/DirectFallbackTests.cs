using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Identity;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Local;
using Microsoft.Extensions.Time.Testing;
using DeleteRequest = Amazon.SQS.Model.DeleteMessageBatchRequest;
using ReceiveRequest = Amazon.SQS.Model.ReceiveMessageRequest;

namespace FetchEtl.Sqs.Tests;

/// <summary>Without an ordinary reply the SDK makes the call, and the caller gets the SDK's outcome.</summary>
public sealed class DirectFallbackTests
{
    private static readonly Func<SeenRequest, HttpResponseMessage> Empty = _ => ScriptedHttp.Json("{}");

    /// <summary>The ways in which a call can fail.</summary>
    public static TheoryData<SqsFaultKind, string?> Faults => new()
    {
        { SqsFaultKind.Error, "InternalError" },
        { SqsFaultKind.Error, "AccessDeniedException" },
        { SqsFaultKind.Error, "ExpiredTokenException" },
        { SqsFaultKind.Error, "QueueDoesNotExist" },
        { SqsFaultKind.Error, "ReceiptHandleIsInvalid" },
        { SqsFaultKind.Throttling, null },
        { SqsFaultKind.ReplyLost, null },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_call_that_fails_throws_the_SDKs_exception(SqsFaultKind kind, string? code)
    {
        await using var server = await LocalSqs.StartAsync();
        var config = DirectClients.Config(null, server.ServiceUrl.ToString());
        var time = new FakeTimeProvider();
        using var sdk = new AmazonSQSClient(DirectClients.Credentials, config);
        using var direct = new DirectSqsClient(DirectClients.Credentials, config, time);
        var url = (await sdk.CreateQueueAsync("q")).QueueUrl;
        server.Faults = new SqsFaultPlan { Rules = [new SqsFaultRule { Kind = kind, Code = code }] };

        Func<IAmazonSQS, Task<string>>[] calls =
        [
            client => Outcome.OfAsync(() => client.ReceiveMessageAsync(new ReceiveRequest(url))),
            client => Outcome.OfAsync(
                () => client.DeleteMessageBatchAsync(new DeleteRequest(url, [new("0", "handle")]))),
        ];
        foreach (var call in calls)
        {
            var expected = await call(sdk);
            Assert.Contains("Exception", expected, StringComparison.Ordinal);
            Assert.Equal(expected, await call(direct));
            time.Advance(DirectSqsClient.Pause);
        }

        // Each call of the SDK is one request; the direct path added one.
        Assert.Equal(3, server.CallCounts["ReceiveMessage"]);
        Assert.Equal(3, server.CallCounts["DeleteMessageBatch"]);
    }

    [Fact]
    public async Task After_a_failure_calls_go_through_the_SDK_until_the_pause_ends()
    {
        var time = new FakeTimeProvider();
        var failing = true;
        var http = new ScriptedHttp(seen =>
            failing && seen.IsDirect ? ScriptedHttp.Error("RequestThrottled") : ScriptedHttp.Json("{}"));
        using var client = DirectClients.Direct(http, time: time);

        await client.ReceiveMessageAsync(DirectClients.Receive);
        failing = false;
        time.Advance(DirectSqsClient.Pause - TimeSpan.FromMilliseconds(1));
        await client.ReceiveMessageAsync(DirectClients.Receive);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await client.ReceiveMessageAsync(DirectClients.Receive);

        Assert.Equal([true, false, false, true], http.Requests.Select(request => request.IsDirect));
    }

    [Fact]
    public async Task A_call_with_a_broken_connection_or_a_timeout_is_retried_by_the_SDK()
    {
        var timeout = new TaskCanceledException("slow", new TimeoutException());
        Exception[] faults = [new HttpRequestException("gone"), timeout];
        foreach (var fault in faults)
        {
            var http = new ScriptedHttp(seen => seen.IsDirect ? throw fault : ScriptedHttp.Json("""{"Messages":[]}"""));
            using var client = DirectClients.Direct(http);

            Assert.Empty((await client.ReceiveMessageAsync(DirectClients.Receive)).Messages);

            Assert.Equal([true, false], http.Requests.Select(request => request.IsDirect));
        }
    }

    [Fact]
    public async Task A_reply_with_a_checksum_is_left_to_the_SDK()
    {
        var http = new ScriptedHttp(_ =>
        {
            var reply = ScriptedHttp.Json("{}");
            reply.Headers.Add("x-amz-crc32", "2745614147");
            return reply;
        });
        using var client = DirectClients.Direct(http);

        await client.ReceiveMessageAsync(DirectClients.Receive);

        Assert.Equal([true, false], http.Requests.Select(request => request.IsDirect));
    }

    [Fact]
    public async Task A_cancelled_call_is_not_retried_by_the_SDK()
    {
        using var cancellation = new CancellationTokenSource();
        var http = new ScriptedHttp(_ =>
        {
            cancellation.Cancel();
            throw new HttpRequestException("cut off");
        });
        using var client = DirectClients.Direct(http);

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.ReceiveMessageAsync(DirectClients.Receive, cancellation.Token));

        Assert.Equal(cancellation.Token, exception.CancellationToken);
        Assert.Single(http.Requests);
    }

    [Fact]
    public async Task A_batch_that_fails_in_part_is_an_ordinary_reply()
    {
        await using var server = await LocalSqs.StartAsync();
        var config = DirectClients.Config(null, server.ServiceUrl.ToString());
        using var client = new DirectSqsClient(DirectClients.Credentials, config, TimeProvider.System);
        var url = (await client.CreateQueueAsync("q")).QueueUrl;
        await client.SendMessageBatchAsync(
            url, [.. Enumerable.Range(0, 10).Select(i => new SendMessageBatchRequestEntry($"{i}", $"body {i}"))]);
        var received = await client.ReceiveMessageAsync(new ReceiveRequest(url) { MaxNumberOfMessages = 10 });
        server.Faults = new SqsFaultPlan
        {
            Seed = 1,
            Rules = [new SqsFaultRule { Kind = SqsFaultKind.PartialBatchFailure, Probability = 0.5 }],
        };

        var result = await client.DeleteMessageBatchAsync(
            url, received.Messages.ConvertAll(x => new DeleteMessageBatchRequestEntry(x.MessageId, x.ReceiptHandle)));

        Assert.NotEmpty(result.Successful);
        Assert.NotEmpty(result.Failed);
        Assert.All(result.Failed, entry => Assert.Equal(("InternalError", false), (entry.Code, entry.SenderFault)));
        var answered = result.Successful.Select(entry => entry.Id).Concat(result.Failed.Select(entry => entry.Id));
        Assert.Equal(
            received.Messages.Select(message => message.MessageId).Order(StringComparer.Ordinal),
            answered.Order(StringComparer.Ordinal));
        Assert.Equal(1, server.CallCounts["DeleteMessageBatch"]);
        Assert.Equal(1, server.CallCounts["ReceiveMessage"]);
    }

    [Fact]
    public async Task An_endpoint_that_speaks_only_Query_fails_as_it_does_in_the_SDK()
    {
        await using var server = await LocalSqs.StartAsync(new LocalSqsOptions { Protocols = LocalSqsProtocols.Query });
        var config = DirectClients.Config(null, server.ServiceUrl.ToString());
        using var sdk = new AmazonSQSClient(DirectClients.Credentials, config);
        using var direct = new DirectSqsClient(DirectClients.Credentials, config, TimeProvider.System);

        var expected = await Outcome.OfAsync(() => sdk.ReceiveMessageAsync(DirectClients.Receive));

        Assert.Contains("InternalServerError", expected, StringComparison.Ordinal);
        Assert.Equal(expected, await Outcome.OfAsync(() => direct.ReceiveMessageAsync(DirectClients.Receive)));
    }

    [Fact]
    public async Task A_wrong_clock_is_corrected_by_the_offset_that_the_SDK_finds()
    {
        // The SDK keeps the correction of an endpoint for the whole process.
        const string Endpoint = "http://wrong-clock.test:1234";
        var skew = TimeSpan.FromHours(3);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var http = new ScriptedHttp(seen =>
        {
            var reply = seen.Time < time.GetUtcNow() + (skew / 2)
                ? ScriptedHttp.Error("InvalidSignatureException", HttpStatusCode.Forbidden)
                : ScriptedHttp.Json("{}");
            reply.Headers.Date = TimeProvider.System.GetUtcNow() + skew;
            return reply;
        });
        var config = DirectClients.Config(http, Endpoint);
        config.MaxErrorRetry = 1;
        using var client = new DirectSqsClient(DirectClients.Credentials, config, time);

        await client.ReceiveMessageAsync(DirectClients.Receive);
        time.Advance(DirectSqsClient.Pause);
        http.Requests.Clear();
        await client.ReceiveMessageAsync(DirectClients.Receive);

        var request = Assert.Single(http.Requests);
        Assert.True(request.IsDirect);
        Assert.InRange(request.Time - time.GetUtcNow(), skew - TimeSpan.FromMinutes(1), skew + TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Each_call_is_signed_with_the_current_credentials()
    {
        var http = new ScriptedHttp(Empty);
        using var client = DirectClients.Direct(http, new Rotating());

        await client.ReceiveMessageAsync(DirectClients.Receive);
        await client.ReceiveMessageAsync(DirectClients.Receive);

        Assert.All(http.Requests, request => Assert.True(request.IsDirect));
        var keys = http.Requests.Select(request => request.Headers["Authorization"].Split('=', '/')[1]);
        Assert.Equal(["KEY1", "KEY2"], keys);
        Assert.Equal(["token1", "token2"], http.Requests.Select(request => request.Headers["x-amz-security-token"]));
    }

    [Fact]
    public async Task Without_credentials_of_its_own_a_client_signs_with_those_of_its_configuration()
    {
        var http = new ScriptedHttp(Empty);
        var given = DirectClients.Config(http);
        given.DefaultAWSCredentials = new BasicAWSCredentials("GIVEN", "secret");
        var resolved = DirectClients.Config(http);
        resolved.IdentityResolverConfiguration = new Resolver(new BasicAWSCredentials("RESOLVED", "secret"));

        foreach (var config in new[] { given, resolved })
        {
            using var client = new DirectSqsClient(null, config, new FakeTimeProvider());
            await client.ReceiveMessageAsync(DirectClients.Receive);
        }

        Assert.All(http.Requests, request => Assert.True(request.IsDirect));
        Assert.Contains("=GIVEN/", http.Requests.First().Headers["Authorization"], StringComparison.Ordinal);
        Assert.Contains("=RESOLVED/", http.Requests.Last().Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_that_cannot_sign_directly_are_left_to_the_SDK()
    {
        AWSCredentials[] sources =
        [
            new AnonymousAWSCredentials(),
            new SessionAWSCredentials("KEY", "secret", "token with spaces"),
        ];
        foreach (var source in sources)
        {
            var http = new ScriptedHttp(Empty);
            using var client = DirectClients.Direct(http, source);

            await client.ReceiveMessageAsync(DirectClients.Receive);

            Assert.False(Assert.Single(http.Requests).IsDirect);
        }
    }

    [Fact]
    public async Task Missing_credentials_throw_the_SDKs_exception()
    {
        var http = new ScriptedHttp(Empty);
        using var sdk = new AmazonSQSClient(new Missing(), DirectClients.Config(http));
        using var direct = DirectClients.Direct(http, new Missing());

        var expected = await Outcome.OfAsync(() => sdk.ReceiveMessageAsync(DirectClients.Receive));

        Assert.Contains("no credentials here", expected, StringComparison.Ordinal);
        Assert.Equal(expected, await Outcome.OfAsync(() => direct.ReceiveMessageAsync(DirectClients.Receive)));
        Assert.Empty(http.Requests);
    }

    [Fact]
    public async Task A_request_of_a_derived_type_is_left_to_the_SDK()
    {
        var http = new ScriptedHttp(Empty);
        using var client = DirectClients.Direct(http);

        await client.ReceiveMessageAsync(new DerivedRequest { QueueUrl = DirectClients.QueueUrl });

        Assert.False(Assert.Single(http.Requests).IsDirect);
    }

    [Fact]
    public async Task A_disposed_client_throws_and_sends_nothing()
    {
        var http = new ScriptedHttp(Empty);
        var client = DirectClients.Direct(http);
        client.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ReceiveMessageAsync(DirectClients.Receive));

        Assert.Empty(http.Requests);
    }

    private sealed class DerivedRequest : ReceiveRequest;

    private sealed class Missing : AWSCredentials
    {
        public override ImmutableCredentials GetCredentials() => throw new AmazonClientException("no credentials here");
    }

    private sealed class Rotating : AWSCredentials
    {
        private int _calls;

        public override ImmutableCredentials GetCredentials()
        {
            var call = Interlocked.Increment(ref _calls);
            return new ImmutableCredentials($"KEY{call}", "secret", $"token{call}");
        }
    }

    private sealed class Resolver(AWSCredentials credentials) : IIdentityResolverConfiguration, IIdentityResolver
    {
        public IIdentityResolver GetIdentityResolver<T>()
            where T : BaseIdentity => this;

        public BaseIdentity ResolveIdentity(IClientConfig clientConfig) => credentials;

        public Task<BaseIdentity> ResolveIdentityAsync(
            IClientConfig clientConfig, CancellationToken cancellationToken = default) =>
            Task.FromResult<BaseIdentity>(credentials);
    }
}

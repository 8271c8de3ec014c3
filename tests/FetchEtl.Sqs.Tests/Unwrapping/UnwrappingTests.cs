using Amazon.Runtime;
using Amazon.S3;
using Amazon.SQS.Model;
using FetchEtl.Local;
using FetchEtl.Testing;

namespace FetchEtl.Sqs.Tests;

/// <summary>Wrapped messages and payloads in S3 on a running endpoint, over real sockets.</summary>
[Trait("Category", "Slow")]
public sealed class UnwrappingTests
{
    private const string Key = "canary-key/of somebody";

    [Fact]
    public async Task Each_wrapped_message_is_consumed_or_becomes_a_dead_letter_with_its_body_untouched()
    {
        await using var host = await RiderHost.CreateAsync(endpoint => endpoint.Unwrap = SqsUnwrap.Auto);
        var headers = new List<(object? Sns, object? Event)>();
        host.Behaviour.Handle = context =>
        {
            lock (headers)
            {
                headers.Add((
                    context.ReceiveContext.TransportHeaders.Get<string>(SqsHeaders.SnsMessageId),
                    context.ReceiveContext.TransportHeaders.Get<string>(SqsHeaders.EventBridgeId)));
            }

            return Task.CompletedTask;
        };
        await host.StartAsync();
        var forged = new Dictionary<string, MessageAttributeValue>
        {
            [SqsHeaders.SnsMessageId] = RiderHost.Text("forged"),
        };
        string[] ids =
        [
            await host.SendAsync(Note("plain"), forged),
            await host.SendAsync(Wrappers.Sns(Note("sns"), "n-1")),
            await host.SendAsync(Wrappers.Event(Note("event"), "e-1")),
            await host.SendAsync(Wrappers.Sns(Wrappers.Event(Note("both"), "e-2"), "n-2")),
        ];
        await host.SendAsync(Wrappers.Confirmation());

        var letter = await host.OnlyDeadLetterAsync();
        await host.QueueIsEmptyAsync();

        Assert.Equal(["both", "event", "plain", "sns"], host.Behaviour.Seen.Select(x => x.Text).Order());
        Assert.Equal(ids.Order(), host.Behaviour.Seen.Select(x => $"{x.MessageId}").Order());
        Assert.Equal(
            [(null, null), (null, "e-1"), ("n-1", null), ("n-2", "e-2")], headers.OrderBy(x => $"{x.Sns}{x.Event}"));
        Assert.Equal(Wrappers.Confirmation(), letter.Body);
        Assert.Equal(
            "body: is a request of SNS to confirm a subscription, not a notification",
            letter.MessageAttributes[DeadLetterAttributes.Reason].StringValue);
        Assert.Equal(1, host.Metrics.DeadLetteredByRule["body.broken_wrapper"]);

        await host.StopAsync();
        Assert.Contains("1101 Stopped receiving from notes after 5 messages", host.Log);
    }

    [Fact]
    public async Task Payloads_are_read_from_allowed_buckets_only_and_bad_pointers_become_dead_letters()
    {
        await using var s3 = await TestS3.StartAsync();
        await using var host = await CreateAsync(s3, endpoint => endpoint.Unwrap = SqsUnwrap.Auto);
        await host.StartAsync();
        s3.Put($"payloads/{Key}", Note("direct"));
        s3.Put("payloads/2", Wrappers.Event(Note("event")));
        s3.Put("payloads/3", Wrappers.InS3("payloads", "2"));
        s3.Put("payloads/chunked", Note("chunked"));
        s3.Put("payloads/large", new string(' ', SqsLimits.MessageBytes + 1));
        s3.Put("payloads/chunked-large", new string(' ', SqsLimits.MessageBytes + 1));
        s3.Fault = request => request.Contains("chunked", StringComparison.Ordinal) ? "chunked" : null;
        string[] bodies =
        [
            Wrappers.InS3("payloads", Key), Wrappers.Sns(Wrappers.InS3ByOldClient("payloads", "2")),
            Wrappers.InS3("payloads", "chunked"), Wrappers.InS3("payloads", "3"),
            Wrappers.InS3("payloads", "large"), Wrappers.InS3("payloads", "chunked-large"),
            Wrappers.InS3("payloads", "none"), Wrappers.InS3("elsewhere", Key),
            Wrappers.InS3("payloads", "../elsewhere/k"),
        ];
        foreach (var body in bodies)
        {
            await host.SendAsync(body);
        }

        await host.EventuallyAsync(
            async () => (await host.DepthAsync(host.DeadLetterUrl)).Visible == 6, "six dead letters");
        await host.QueueIsEmptyAsync();

        Assert.Equal(["chunked", "direct", "event"], host.Behaviour.Seen.Select(x => x.Text).Order());
        Assert.Equal(
            [
                "body: is an S3 pointer that is malformed",
                "body: is an S3 pointer to a bucket that is not allowed",
                "body: is an S3 pointer to an object that does not exist",
                "body: is an S3 pointer to an object that is larger than 1 MiB",
                "body: is an S3 pointer to an object that is larger than 1 MiB",
                "body: is an S3 pointer to another one",
            ],
            (await host.DeadLettersAsync())
                .Select(x => x.MessageAttributes[DeadLetterAttributes.Reason].StringValue).Order());
        Assert.DoesNotContain(s3.Requests, x => x.Contains("elsewhere", StringComparison.Ordinal));
        Assert.DoesNotContain(s3.Requests, x => x.StartsWith("DELETE", StringComparison.Ordinal));
        Assert.DoesNotContain("canary-key", host.Log);
    }

    [Fact]
    public async Task While_S3_is_away_a_message_keeps_its_lease_and_when_it_refuses_the_message_returns()
    {
        await using var s3 = await TestS3.StartAsync();
        await using var host = await CreateAsync(s3);
        await host.StartAsync();
        s3.Put($"payloads/{Key}", Note("away"));
        var faults = new Queue<string?>(["503 SlowDown", "500 InternalError", "cut", "hang"]);
        s3.Fault = _ => faults.TryDequeue(out var fault) ? fault : null;
        await host.SendAsync(Wrappers.InS3("payloads", Key));
        await host.QueueIsEmptyAsync();

        Assert.False(Assert.Single(host.Behaviour.Seen).Redelivered);
        Assert.Equal(0, host.Metrics.ReturnedTotal);
        Assert.Contains("S3 cannot be reached, or throttles: SlowDown.", host.Log);
        Assert.Contains("S3 returns payloads again", host.Log);

        host.Behaviour.Seen.Clear();
        faults = new(["403 AccessDenied", "404 NoSuchBucket"]);
        await host.SendAsync(Wrappers.InS3("payloads", Key));
        await host.QueueIsEmptyAsync();

        Assert.True(Assert.Single(host.Behaviour.Seen).Redelivered);
        Assert.Equal(2, host.Metrics.ReturnedTotal);
        Assert.Contains("grant s3:GetObject", host.Log);
        Assert.DoesNotContain("canary-key", host.Log);
    }

    [Fact]
    public async Task A_payload_is_deleted_only_after_its_message_and_that_of_a_dead_letter_stays()
    {
        await using var s3 = await TestS3.StartAsync();
        await using var host = await CreateAsync(s3, endpoint => endpoint.DeletePayloads = true);
        await host.StartAsync();
        s3.Put("payloads/1", Note("a"));
        s3.Put("payloads/2", "no note");
        s3.Put("payloads/3", Note("b"));
        host.Sqs.Faults = new SqsFaultPlan
        {
            Rules = [new SqsFaultRule { Kind = SqsFaultKind.Throttling, Operation = "DeleteMessageBatch" }],
        };
        await host.SendAsync(Wrappers.InS3("payloads", "1"));
        await host.EventuallyAsync(() => host.Log.Contains("refuses to delete messages"), "deletes are refused");
        Assert.True(s3.Objects.ContainsKey("payloads/1"));

        host.Sqs.Faults = null;
        await host.EventuallyAsync(() => !s3.Objects.ContainsKey("payloads/1"), "the payload is deleted");
        Assert.Equal((0, 0), await host.DepthAsync(host.QueueUrl));

        s3.Fault = request => request.StartsWith("DELETE", StringComparison.Ordinal) ? "403 AccessDenied" : null;
        await host.SendAsync(Wrappers.InS3("payloads", "2"));
        await host.SendAsync(Wrappers.InS3("payloads", "3"));
        await host.OnlyDeadLetterAsync();
        await host.QueueIsEmptyAsync();
        await host.EventuallyAsync(() => host.Log.Contains("grant s3:DeleteObject"), "the refused delete is logged");

        Assert.Equal(["payloads/2", "payloads/3"], s3.Objects.Keys.Order());
        Assert.DoesNotContain("DELETE /payloads/2", s3.Requests);
    }

    [Fact]
    public async Task A_stop_waits_for_no_S3_that_is_away_and_releases_the_message()
    {
        await using var s3 = await TestS3.StartAsync();
        await using var host = await CreateAsync(s3);
        await host.StartAsync();
        s3.Fault = _ => "hang";
        await host.SendAsync(Wrappers.InS3("payloads", Key));
        await host.EventuallyAsync(() => !s3.Requests.IsEmpty, "S3 is asked");

        await host.StopAsync();

        Assert.Equal((1, 0), await host.DepthAsync(host.QueueUrl));
    }

    [Fact]
    public async Task Settings_that_cannot_work_are_all_named()
    {
        await using var host = await RiderHost.CreateAsync();
        await host.StartAsync();
        var wrong = await RiderHost.CreateAsync(
            endpoint =>
            {
                endpoint.Unwrap = (SqsUnwrap)9;
                endpoint.PayloadBuckets = ["UPPER"];
            },
            beside: host);
        var useless = await RiderHost.CreateAsync(endpoint => endpoint.DeletePayloads = true, beside: host);

        var problems = $"{await Assert.ThrowsAnyAsync<Exception>(() => wrong.StartBusAsync())}";
        Assert.Contains("must be a value of SqsUnwrap", problems);
        Assert.Contains("3 to 63 lower-case letters", problems);
        Assert.Contains(
            "needs PayloadBuckets", $"{await Assert.ThrowsAnyAsync<Exception>(() => useless.StartBusAsync())}");
    }

    private static string Note(string text) => $$"""{"text":"{{text}}"}""";

    private static Task<RiderHost> CreateAsync(TestS3 s3, Action<ISqsReceiveEndpointConfigurator>? configure = null) =>
        RiderHost.CreateAsync(
            endpoint =>
            {
                endpoint.PayloadBuckets = ["payloads"];
                configure?.Invoke(endpoint);
            },
            s3: new AmazonS3Client(new BasicAWSCredentials("test", "test"), new AmazonS3Config
            {
                ServiceURL = s3.Url.AbsoluteUri,
                AuthenticationRegion = "us-east-1",
                ForcePathStyle = true,
                MaxErrorRetry = 0,
            }));
}

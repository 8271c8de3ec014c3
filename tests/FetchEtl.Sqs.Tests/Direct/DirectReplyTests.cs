using Amazon;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Config = FsCheck.Config;
using DeleteRequest = Amazon.SQS.Model.DeleteMessageBatchRequest;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// The SDK is the reference: the direct client reads every reply as the SDK reads it. Where the SDK cannot read a whole
/// reply, the client that reads each message by itself, through the SDK's pipeline, is the reference.
/// </summary>
[Collection(SdkWideSettings.Name)]
public sealed class DirectReplyTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithReplay(20260101, 1).WithMaxTest(300);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_ordinary_receive_is_read_as_the_SDK_reads_it(bool initializeCollections) =>
        WithCollections(initializeCollections, () => Check.One(Seeded, Prop.ForAll(
            Gen.Zip(ReplyGenerators.OrdinaryReceives(), Headers()).ToArbitrary(),
            pair => RequireSame(Receive, pair.Item1, pair.Item2, ordinary: true))));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_ordinary_delete_result_is_read_as_the_SDK_reads_it(bool initializeCollections) =>
        WithCollections(initializeCollections, () => Check.One(Seeded, Prop.ForAll(
            Gen.Zip(ReplyGenerators.OrdinaryDeletes(), Headers()).ToArbitrary(),
            pair => RequireSame(Delete, pair.Item1, pair.Item2, ordinary: true))));

    [Fact]
    public void A_strange_receive_ends_as_it_does_through_the_SDKs_pipeline() => Check.One(Seeded, Prop.ForAll(
        Gen.Zip(
            ReplyGenerators.Strange(ReplyGenerators.OrdinaryReceives()),
            Headers().Where(x => x.HasLength)).ToArbitrary(),
        pair => RequireSame(Receive, pair.Item1, pair.Item2, ordinary: false)));

    [Fact]
    public void A_strange_delete_result_ends_as_it_does_in_the_SDK() => Check.One(Seeded, Prop.ForAll(
        Gen.Zip(ReplyGenerators.Strange(ReplyGenerators.OrdinaryDeletes()), Headers()).ToArbitrary(),
        pair => RequireSame(Delete, pair.Item1, pair.Item2, ordinary: false)));

    private static Task<ReceiveMessageResponse> Receive(IAmazonSQS client) =>
        client.ReceiveMessageAsync(DirectClients.Receive);

    private static Task<DeleteMessageBatchResponse> Delete(IAmazonSQS client) =>
        client.DeleteMessageBatchAsync(new DeleteRequest(DirectClients.QueueUrl, []));

    private static void RequireSame<T>(
        Func<IAmazonSQS, Task<T>> call, string reply, ReplyHeaders headers, bool ordinary)
        where T : AmazonWebServiceResponse
    {
        var http = new ScriptedHttp(_ => headers.AddTo(ScriptedHttp.Json(reply)));
        using AmazonSQSClient sdk = ordinary
            ? new AmazonSQSClient(DirectClients.Credentials, DirectClients.Config(http))
            : new SqsClient(DirectClients.Credentials, DirectClients.Config(http), NullLogger.Instance);
        var expected = Outcome.OfAsync(() => call(sdk)).GetAwaiter().GetResult();
        http.Requests.Clear();

        using var direct = DirectClients.Direct(http, time: new FakeTimeProvider());
        var actual = Outcome.OfAsync(() => call(direct)).GetAwaiter().GetResult();

        Assert.Equal(expected, actual);
        Assert.True(http.Requests.First().IsDirect);
        if (ordinary)
        {
            Assert.StartsWith("{", expected, StringComparison.Ordinal);
            Assert.Single(http.Requests);
        }
    }

    private static void WithCollections(bool initialize, Action test)
    {
        AWSConfigs.InitializeCollections = initialize;
        try
        {
            test();
        }
        finally
        {
            AWSConfigs.InitializeCollections = false;
        }
    }

    private static Gen<ReplyHeaders> Headers() =>
        from requestId in Gen.Elements(null, "", "0bfb5e26-2e4a-5e4c-a8e8-01d9b3c21c5a")
        from contentType in Gen.Elements(null, "application/x-amz-json-1.0", "text/html; charset=utf-8")
        from length in Gen.Elements(true, false)
        select new ReplyHeaders(requestId, contentType, length);

    private sealed record ReplyHeaders(string? RequestId, string? ContentType, bool HasLength)
    {
        public HttpResponseMessage AddTo(HttpResponseMessage reply)
        {
            if (RequestId is not null)
            {
                reply.Headers.TryAddWithoutValidation("x-amzn-RequestId", RequestId);
            }

            var content = HasLength ? reply.Content : new StreamContent(new Unsized(reply.Content.ReadAsStream()));
            content.Headers.Remove("Content-Type");
            if (ContentType is not null)
            {
                content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
            }

            reply.Content = content;
            return reply;
        }
    }

    /// <summary>A stream of unknown length, as that of a chunked reply.</summary>
    private sealed class Unsized(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

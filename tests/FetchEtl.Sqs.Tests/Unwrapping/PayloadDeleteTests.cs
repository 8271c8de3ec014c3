using System.ComponentModel.DataAnnotations;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using FetchEtl.Local;
using Microsoft.Extensions.Logging.Abstractions;

namespace FetchEtl.Sqs.Tests;

/// <summary>Which payloads are deleted. A message whose payload is gone can never be consumed.</summary>
public sealed class PayloadDeleteTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_payload_stays_where_SQS_refuses_the_last_delete_of_a_stop(bool refused)
    {
        using var s3 = new ScriptedS3();
        await using var host = await StartAsync(s3, out var deletes);
        var lease = Assert.Single(await host.HoldAsync(1));
        lease.Payload = new S3Pointer("payloads", "1");
        host.Sqs.Faults = refused
            ? new() { Rules = [new() { Kind = SqsFaultKind.Throttling, Operation = "DeleteMessageBatch" }] }
            : null;

        await lease.Complete();
        await host.RequestStopAsync();
        host.Loop.GiveUp();
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));
        await host.EndedAsync();
        await deletes.FinishAsync(CancellationToken.None);

        Assert.Equal(refused ? [] : ["1"], s3.Deleted);
        Assert.Equal((0, refused ? 1 : 0), await host.DepthAsync());
    }

    [Fact]
    public async Task The_payload_of_a_dead_letter_whose_rule_has_no_name_stays()
    {
        using var s3 = new ScriptedS3();
        await using var host = await StartAsync(s3, out var deletes);
        var lease = Assert.Single(await host.HoldAsync(1));
        lease.Payload = new S3Pointer("payloads", "1");

        await lease.Faulted(new ValidationException(LoopHost.Nameless));
        await host.SettleAllAsync();
        await deletes.FinishAsync(CancellationToken.None);

        Assert.Empty(s3.Deleted);
        Assert.Equal((1, 0), await host.DepthAsync(host.DeadLetterUrl));
        Assert.Equal((0, 0), await host.DepthAsync());
    }

    /// <summary>The SDK can answer a cancellation by an exception of its own.</summary>
    [Fact]
    public async Task A_cancelled_finish_does_not_throw_whatever_S3s_client_throws()
    {
        using var giveUp = new CancellationTokenSource();
        using var s3 = new ScriptedS3 { Fails = () => giveUp.Cancel() };
        using var deletes = Deletes(s3);
        deletes.Start();
        deletes.Add(new S3Pointer("payloads", "1"));
        deletes.Add(new S3Pointer("payloads", "2"));

        await deletes.FinishAsync(giveUp.Token).WaitAsync(LoopHost.Limit);

        Assert.Empty(s3.Deleted);
    }

    private static Task<LoopHost> StartAsync(ScriptedS3 s3, out S3PayloadDeletes deletes)
    {
        deletes = Deletes(s3);
        deletes.Start();
        return LoopHost.StartAsync(payloads: deletes);
    }

    private static S3PayloadDeletes Deletes(IAmazonS3 s3) => new(
        s3,
        new SqsRiderServices(
            null!, new SqsMetrics(), NullLogger.Instance, TimeProvider.System, new Backoff(new Random(1))));

    /// <summary>S3's client, which records deletes or fails. A socket cannot choose the moment of a failure.</summary>
    private sealed class ScriptedS3() : AmazonS3Client(
        new BasicAWSCredentials("test", "test"),
        new AmazonS3Config { ServiceURL = "http://localhost", AuthenticationRegion = "us-east-1" })
    {
        private readonly List<string> _deleted = [];

        public IReadOnlyList<string> Deleted => _deleted;

        public Action? Fails { get; init; }

        public override Task<DeleteObjectResponse> DeleteObjectAsync(
            string bucketName, string key, CancellationToken cancellationToken = default)
        {
            if (Fails is { } begin)
            {
                begin();
                throw new AmazonS3Exception("The client ended the call.");
            }

            lock (_deleted)
            {
                _deleted.Add(key);
            }

            return Task.FromResult(new DeleteObjectResponse());
        }
    }
}

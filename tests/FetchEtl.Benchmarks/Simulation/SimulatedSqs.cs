using System.Net;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;

namespace FetchEtl.Benchmarks;

/// <summary>A process's client of <see cref="SimulatedQueue"/>: calls take time, fail, or lose their replies.</summary>
internal sealed class SimulatedSqs(
    SimulatedProcess process, SimulatedQueue queue, ActiveFaults faults, ScheduleJudge judge)
    : AmazonSQSClient(Credentials, Configuration)
{
    public const string QueueUrl = "https://sqs/logins";

    private static readonly BasicAWSCredentials Credentials = new("simulated", "simulated");
    private static readonly AmazonSQSConfig Configuration =
        new() { ServiceURL = "https://sqs", AuthenticationRegion = "us-east-1" };

    private SimulatedWorld World => process.World;

    public override Task<GetQueueUrlResponse> GetQueueUrlAsync(
        GetQueueUrlRequest request, CancellationToken cancellationToken = default) => CallAsync(
        "GetQueueUrl", () => new GetQueueUrlResponse { QueueUrl = QueueUrl }, cancellationToken);

    public override Task<GetQueueAttributesResponse> GetQueueAttributesAsync(
        GetQueueAttributesRequest request, CancellationToken cancellationToken = default) => CallAsync(
        "GetQueueAttributes",
        () => new GetQueueAttributesResponse { Attributes = queue.Counts() },
        cancellationToken);

    public override async Task<ReceiveMessageResponse> ReceiveMessageAsync(
        ReceiveMessageRequest request, CancellationToken cancellationToken = default)
    {
        await BeginAsync("ReceiveMessage", cancellationToken);
        var until = World.Now + TimeSpan.FromSeconds(request.WaitTimeSeconds ?? 0);
        var isBlind = faults.Strikes(Hazard.ReceivesEmpty) is not null;
        List<Message> messages = [];
        while (true)
        {
            if (!isBlind)
            {
                messages = queue.Receive(
                    request.MaxNumberOfMessages ?? 1,
                    TimeSpan.FromSeconds(request.VisibilityTimeout ?? 30),
                    process.Name);
            }

            if (messages.Count > 0 || World.Now >= until)
            {
                break;
            }

            var next = isBlind || queue.NextVisibleAt is not { } visible || visible > until ? until : visible;
            await queue.Changed.WaitAsync(next - World.Now, process, cancellationToken).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (messages.Count == 0)
        {
            // An empty receive is no failure, but as costly.
            judge.Failed(process.Name, "empty receives");
        }

        await EndAsync("ReceiveMessage", cancellationToken);
        return new ReceiveMessageResponse { Messages = messages };
    }

    public override Task<DeleteMessageBatchResponse> DeleteMessageBatchAsync(
        DeleteMessageBatchRequest request, CancellationToken cancellationToken = default) => CallAsync(
        "DeleteMessageBatch",
        () => new DeleteMessageBatchResponse
        {
            Failed = Each(request.Entries, x => x.Id, x =>
            {
                queue.Delete(x.ReceiptHandle);
                return true;
            }),
        },
        cancellationToken);

    public override Task<ChangeMessageVisibilityBatchResponse> ChangeMessageVisibilityBatchAsync(
        ChangeMessageVisibilityBatchRequest request, CancellationToken cancellationToken = default) => CallAsync(
        "ChangeMessageVisibilityBatch",
        () => new ChangeMessageVisibilityBatchResponse
        {
            Failed = Each(
                request.Entries,
                x => x.Id,
                x => queue.ChangeVisibility(x.ReceiptHandle, TimeSpan.FromSeconds(x.VisibilityTimeout ?? 0))),
        },
        cancellationToken);

    public override Task<SendMessageBatchResponse> SendMessageBatchAsync(
        SendMessageBatchRequest request, CancellationToken cancellationToken = default) => CallAsync(
        "SendMessageBatch",
        () => new SendMessageBatchResponse
        {
            Failed = Each(request.Entries, x => x.Id, x =>
            {
                queue.SendDeadLetter(x.MessageBody);
                return true;
            }),
        },
        cancellationToken);

    private async Task<T> CallAsync<T>(string operation, Func<T> call, CancellationToken cancellationToken)
    {
        await BeginAsync(operation, cancellationToken);
        var reply = call();
        await EndAsync(operation, cancellationToken);
        return reply;
    }

    /// <summary>Each entry takes effect or is refused.</summary>
    private List<BatchResultErrorEntry> Each<T>(List<T> entries, Func<T, string> id, Func<T, bool> call)
    {
        var failed = new List<BatchResultErrorEntry>();
        foreach (var entry in entries)
        {
            if (faults.Strikes(Hazard.EntriesRefused) is not null)
            {
                failed.Add(new BatchResultErrorEntry { Id = id(entry), Code = "InternalError", SenderFault = false });
            }
            else if (!call(entry))
            {
                failed.Add(
                    new BatchResultErrorEntry { Id = id(entry), Code = "MessageNotInflight", SenderFault = true });
            }
        }

        return failed;
    }

    /// <summary>The request is on its way, and SQS decides whether it may.</summary>
    private async Task BeginAsync(string operation, CancellationToken cancellationToken)
    {
        World.Verify();
        await TravelAsync(cancellationToken);
        if (faults.Strikes(Hazard.CallsThrottled) is not null)
        {
            World.Trace.Write($"{process.Name}: SQS throttles {operation}");
            judge.Failed(process.Name, operation);
            throw Error("RequestThrottled", HttpStatusCode.BadRequest);
        }

        if (operation == "DeleteMessageBatch" && faults.Active(Hazard.DeletesDenied) is not null)
        {
            World.Trace.Write($"{process.Name}: SQS denies {operation}");
            judge.Failed(process.Name, operation);
            throw Error("AccessDenied", HttpStatusCode.Forbidden);
        }
    }

    /// <summary>The call has taken effect. Its reply is on its way, or lost.</summary>
    private async Task EndAsync(string operation, CancellationToken cancellationToken)
    {
        if (faults.Strikes(Hazard.RepliesLost) is { } fault)
        {
            World.Trace.Write($"{process.Name}: the reply of {operation} is lost");
            await Task.Delay(World.Between(0, fault.Choice % 2 == 0 ? 1 : 25), process, cancellationToken);
            throw Error("ReplyLost", default);
        }

        await TravelAsync(cancellationToken);
    }

    private Task TravelAsync(CancellationToken cancellationToken) => Task.Delay(
        faults.Strikes(Hazard.CallsSlow) is null ? World.Between(0, 0.01) : World.Between(0, 20),
        process,
        cancellationToken);

    private static AmazonSQSException Error(string code, HttpStatusCode status) =>
        new(code, ErrorType.Unknown, code, requestId: string.Empty, status);
}

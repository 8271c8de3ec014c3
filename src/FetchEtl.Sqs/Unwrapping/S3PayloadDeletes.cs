using System.Threading.Channels;
using Amazon.S3;

namespace FetchEtl.Sqs;

/// <summary>
/// Deletes the payloads of messages that were consumed and deleted. An object whose delete fails stays: nothing points
/// to it any more, and a lifecycle rule of the bucket removes it.
/// </summary>
/// <param name="s3">S3.</param>
/// <param name="services">The clock and the log.</param>
internal sealed class S3PayloadDeletes(IAmazonS3 s3, SqsRiderServices services) : IDisposable
{
    private const int Parallel = 16;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Channel<S3Pointer> _pointers = Channel.CreateUnbounded<S3Pointer>();
    private readonly TroubleLog _troubles = new(services.Time);
    private readonly CancellationTokenSource _givenUp = new();
    private Task _running = Task.CompletedTask;

    /// <summary>SQS has deleted the message, so its payload is not needed any more.</summary>
    public void Add(S3Pointer pointer) => _pointers.Writer.TryWrite(pointer);

    /// <summary>Begins to delete. <see cref="FinishAsync"/> ends it.</summary>
    public void Start() => _running = Task.WhenAll(
        Enumerable.Range(0, Parallel).Select(_ => Task.Run(() => DeleteAllAsync(_givenUp.Token))));

    /// <summary>Nothing is added any more. Waits for the rest, until it is cancelled. It never throws.</summary>
    public async Task FinishAsync(CancellationToken giveUp)
    {
        _pointers.Writer.TryComplete();
        await using (giveUp.UnsafeRegister(
            static source => ((CancellationTokenSource)source!).Cancel(), _givenUp))
        {
            await _running;
        }
    }

    public void Dispose() => _givenUp.Dispose();

    private async Task DeleteAllAsync(CancellationToken cancelled)
    {
        await foreach (var pointer in _pointers.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (cancelled.IsCancellationRequested)
            {
                break;
            }

            try
            {
                await DeleteAsync(pointer, cancelled);
            }
            catch (Exception)
            {
                // The time for stopping is over, or the log threw: the object stays.
            }
        }
    }

    private async Task DeleteAsync(S3Pointer pointer, CancellationToken cancelled)
    {
        using var timeout = new CancellationTokenSource(Limit, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancelled);
        try
        {
            await s3.DeleteObjectAsync(pointer.Bucket, pointer.Key, either.Token);
            if (_troubles.Works(Trouble.Payloads))
            {
                Log.PayloadsDeletedAgain(services.Logger);
            }
        }
        catch (Exception exception) when (!cancelled.IsCancellationRequested)
        {
            var reason = S3Errors.DescribeDelete(exception);
            if (_troubles.Fails(Trouble.Payloads, isAway: false))
            {
                Log.PayloadsNotDeleted(services.Logger, reason);
            }
            else
            {
                Log.FailedAgain(services.Logger, reason);
            }
        }
    }
}

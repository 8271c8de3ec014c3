using Amazon.S3;
using Amazon.S3.Model;

namespace FetchEtl.Sqs;

/// <summary>
/// Reads the payloads that pointers name, from allowed buckets only. While S3 is away a message waits here and keeps
/// its lease, so an outage uses up no receive count.
/// </summary>
/// <param name="s3">S3.</param>
/// <param name="buckets">Those that may be read.</param>
/// <param name="services">The clock, the log and the delays.</param>
/// <param name="troubles">Says which troubles are to be logged.</param>
internal sealed class S3PayloadReader(
    IAmazonS3 s3, IReadOnlyCollection<string> buckets, SqsRiderServices services, TroubleLog troubles)
{
    /// <summary>
    /// Payloads in memory and under way. Each read reserves room for the largest, so at most 64 go on at a time.
    /// </summary>
    private const long WindowBytes = 64L * MaxBytes;

    /// <summary>The largest payload: as large as a body may be.</summary>
    private const int MaxBytes = SqsLimits.MessageBytes;

    /// <summary>How long one read may take, until the last byte.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly HashSet<string> _buckets = new(buckets, StringComparer.Ordinal);
    private readonly PrefetchWindow _window = new(0, WindowBytes);
    private long _refusalReportedAt = long.MinValue;

    /// <summary>Reads a payload.</summary>
    /// <exception cref="BrokenBodyException">It can never be read.</exception>
    /// <exception cref="S3PayloadException">S3 refuses.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<S3Payload> ReadAsync(S3Pointer pointer, CancellationToken cancelled)
    {
        if (!_buckets.Contains(pointer.Bucket))
        {
            throw BrokenBodyException.ForeignBucket();
        }

        for (var attempt = 1; ; attempt++)
        {
            if (await TryReadAsync(pointer, cancelled) is { } payload)
            {
                return payload;
            }

            await Task.Delay(services.Backoff.After(attempt, Backoff.LongestRetry), services.Time, cancelled);
        }
    }

    /// <returns>Null while S3 is away.</returns>
    private async Task<S3Payload?> TryReadAsync(S3Pointer pointer, CancellationToken cancelled)
    {
        await _window.ReserveAsync(0, MaxBytes, cancelled);
        var held = 0;
        try
        {
            var bytes = await GetAsync(pointer, cancelled);
            held = bytes.Length;
            if (troubles.Works(Trouble.Payloads))
            {
                Log.PayloadsReadAgain(services.Logger);
            }

            return new S3Payload(pointer, bytes, _window);
        }
        catch (Exception exception) when (!cancelled.IsCancellationRequested && exception is not BrokenBodyException)
        {
            switch (S3Errors.FaultOf(exception))
            {
                case S3Fault.Missing:
                    throw BrokenBodyException.Missing();
                case S3Fault.Refused:
                    var refusal = S3Errors.Describe(exception);
                    ReportRefusal(refusal);
                    throw new S3PayloadException(refusal);
                default:
                    ReportOutage(S3Errors.Describe(exception));
                    return null;
            }
        }
        finally
        {
            _window.Release(0, MaxBytes - held);
        }
    }

    private void ReportOutage(string reason)
    {
        if (troubles.Fails(Trouble.Payloads, isAway: false))
        {
            Log.PayloadsNotRead(services.Logger, reason);
        }
        else
        {
            Log.FailedAgain(services.Logger, reason);
        }
    }

    /// <summary>At most once a minute: S3 may refuse some objects and return others.</summary>
    private void ReportRefusal(string reason)
    {
        var (now, last) = (services.Time.GetTimestamp(), Volatile.Read(ref _refusalReportedAt));
        var isDue = last == long.MinValue || services.Time.GetElapsedTime(last, now) >= TimeSpan.FromMinutes(1);
        if (isDue && Interlocked.CompareExchange(ref _refusalReportedAt, now, last) == last)
        {
            Log.PayloadRefused(services.Logger, reason);
        }
        else
        {
            Log.FailedAgain(services.Logger, reason);
        }
    }

    private async Task<byte[]> GetAsync(S3Pointer pointer, CancellationToken cancelled)
    {
        using var timeout = new CancellationTokenSource(Limit, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancelled);
        using var response = await s3.GetObjectAsync(
            new GetObjectRequest { BucketName = pointer.Bucket, Key = pointer.Key }, either.Token);
        if (response.ContentLength > MaxBytes)
        {
            throw BrokenBodyException.TooLarge();
        }

        // The header is a claim: what is longer is cut off, what is shorter fails.
        using var buffer = new MemoryStream((int)Math.Max(0, response.ContentLength));
        var chunk = new byte[16 * 1024];
        for (int read; (read = await response.ResponseStream.ReadAsync(chunk, either.Token)) > 0;)
        {
            if (buffer.Length + read > MaxBytes)
            {
                throw BrokenBodyException.TooLarge();
            }

            buffer.Write(chunk, 0, read);
        }

        return buffer.Length < response.ContentLength
            ? throw new IOException("S3 returned less than it announced.")
            : buffer.ToArray();
    }
}

using System.Text;

namespace FetchEtl.Sqs;

/// <summary>
/// Takes the wrappers off a body, outermost first. Each kind may stand there once, so three at most. An endpoint that
/// neither unwraps nor reads S3 has no unwrapper, and its messages pay nothing.
/// </summary>
/// <param name="mode">What the endpoint expects.</param>
/// <param name="payloads">Reads from S3; null where the endpoint may read no bucket.</param>
/// <param name="metrics">Counts wrappers.</param>
internal sealed class BodyUnwrapper(SqsUnwrap mode, S3PayloadReader? payloads, SqsMetrics metrics)
{
    /// <summary>Unwraps a body.</summary>
    /// <param name="body">As received.</param>
    /// <param name="cancelled">Ends a read from S3.</param>
    /// <exception cref="BrokenBodyException">The body can never be unwrapped.</exception>
    /// <exception cref="S3PayloadException">S3 refuses to return the payload. Later it may.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async ValueTask<UnwrappedBody> UnwrapAsync(string body, CancellationToken cancelled)
    {
        var unwrapped = new UnwrappedBody(Encoding.UTF8.GetBytes(body));
        try
        {
            for (var steps = new WrapperSteps(mode); ;)
            {
                if (S3Pointer.Read(unwrapped.Bytes) is { } pointer)
                {
                    await ReadAsync(unwrapped, pointer, cancelled);
                }
                else if (steps.TryOpen(unwrapped.Bytes) is { } opened)
                {
                    Take(unwrapped, opened);
                }
                else
                {
                    return unwrapped;
                }
            }
        }
        catch
        {
            unwrapped.Dispose();
            throw;
        }
    }

    private async Task ReadAsync(UnwrappedBody unwrapped, S3Pointer pointer, CancellationToken cancelled)
    {
        if (payloads is null)
        {
            throw BrokenBodyException.ForeignBucket();
        }

        if (unwrapped.Payload is not null)
        {
            throw BrokenBodyException.Nested(WrapperKind.S3Pointer);
        }

        unwrapped.Payload = await payloads.ReadAsync(pointer, cancelled);
        unwrapped.Bytes = unwrapped.Payload.Bytes;
        metrics.Unwrapped(WrapperKind.S3Pointer);
    }

    private void Take(UnwrappedBody unwrapped, OpenedWrapper opened)
    {
        unwrapped.Bytes = opened.Inside;
        if (opened.Kind == WrapperKind.Sns)
        {
            unwrapped.SnsId = opened.Id;
        }
        else
        {
            unwrapped.EventId = opened.Id;
        }

        metrics.Unwrapped(opened.Kind);
    }
}

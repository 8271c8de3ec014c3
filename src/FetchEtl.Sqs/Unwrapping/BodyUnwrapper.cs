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
            for (var seen = default(Seen); ;)
            {
                if (S3Pointer.Read(unwrapped.Bytes) is { } pointer)
                {
                    await ReadAsync(unwrapped, pointer, cancelled);
                }
                else if (!TryOpen(unwrapped, ref seen))
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

    /// <summary>Takes one wrapper off; false where there is none that the endpoint expects.</summary>
    private bool TryOpen(UnwrappedBody unwrapped, ref Seen seen)
    {
        if (mode == SqsUnwrap.None || (mode != SqsUnwrap.Auto && seen != default))
        {
            return false;
        }

        var root = WrapperRoot.Read(unwrapped.Bytes);
        if (mode == SqsUnwrap.Sns || (mode == SqsUnwrap.Auto && root.IsSurelySns))
        {
            unwrapped.Bytes = OpenSns(root, seen);
            unwrapped.SnsId = root.SnsId;
            seen |= Seen.Sns;
            metrics.Unwrapped(WrapperKind.Sns);
            return true;
        }

        if (mode == SqsUnwrap.EventBridge || root.IsSurelyEvent)
        {
            unwrapped.Bytes = OpenEvent(root, seen);
            unwrapped.EventId = root.EventId;
            seen |= Seen.Event;
            metrics.Unwrapped(WrapperKind.EventBridge);
            return true;
        }

        return false;
    }

    private static byte[] OpenSns(WrapperRoot root, Seen seen) => root switch
    {
        _ when seen.HasFlag(Seen.Sns) => throw BrokenBodyException.Nested(WrapperKind.Sns),
        { IsConfirmation: true } => throw BrokenBodyException.Confirmation(),
        { IsNotification: true } => root.Message(),
        _ => throw BrokenBodyException.NotWrapped(WrapperKind.Sns),
    };

    private static byte[] OpenEvent(WrapperRoot root, Seen seen) => root switch
    {
        _ when seen.HasFlag(Seen.Event) => throw BrokenBodyException.Nested(WrapperKind.EventBridge),
        { IsEvent: true } => root.Detail(),
        _ => throw BrokenBodyException.NotWrapped(WrapperKind.EventBridge),
    };

    [Flags]
    private enum Seen
    {
        None = 0,
        Sns = 1,
        Event = 2,
    }
}

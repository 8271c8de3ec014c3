using System.Runtime.InteropServices;

namespace FetchEtl.Sqs;

/// <summary>
/// Takes the wrappers of SNS and EventBridge off a body, outermost first. Each kind may stand there once.
/// </summary>
/// <param name="mode">What the endpoint expects.</param>
[StructLayout(LayoutKind.Auto)]
internal struct WrapperSteps(SqsUnwrap mode)
{
    private Seen _seen;

    [Flags]
    private enum Seen
    {
        None = 0,
        Sns = 1,
        Event = 2,
    }

    /// <summary>Takes one wrapper off.</summary>
    /// <param name="body">The body, or what stood in the last wrapper.</param>
    /// <returns>Null where there is none that the endpoint expects.</returns>
    /// <exception cref="BrokenBodyException">The body can never be unwrapped.</exception>
    public OpenedWrapper? TryOpen(byte[] body)
    {
        if (mode == SqsUnwrap.None || (mode != SqsUnwrap.Auto && _seen != default))
        {
            return null;
        }

        var root = WrapperRoot.Read(body);
        if (mode == SqsUnwrap.Sns || (mode == SqsUnwrap.Auto && root.IsSurelySns))
        {
            var message = OpenSns(root);
            _seen |= Seen.Sns;
            return new OpenedWrapper(WrapperKind.Sns, message, root.SnsId);
        }

        if (mode == SqsUnwrap.EventBridge || root.IsSurelyEvent)
        {
            var detail = OpenEvent(root);
            _seen |= Seen.Event;
            return new OpenedWrapper(WrapperKind.EventBridge, detail, root.EventId);
        }

        return null;
    }

    private readonly byte[] OpenSns(WrapperRoot root) => root switch
    {
        _ when _seen.HasFlag(Seen.Sns) => throw BrokenBodyException.Nested(WrapperKind.Sns),
        { IsConfirmation: true } => throw BrokenBodyException.Confirmation(),
        { IsNotification: true } => root.Message(),
        _ => throw BrokenBodyException.NotWrapped(WrapperKind.Sns),
    };

    private readonly byte[] OpenEvent(WrapperRoot root) => root switch
    {
        _ when _seen.HasFlag(Seen.Event) => throw BrokenBodyException.Nested(WrapperKind.EventBridge),
        { IsEvent: true } => root.Detail(),
        _ => throw BrokenBodyException.NotWrapped(WrapperKind.EventBridge),
    };
}

/// <summary>A wrapper that was taken off.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Inside">What stood in it.</param>
/// <param name="Id">Its id; null where it has none of a plausible form.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct OpenedWrapper(WrapperKind Kind, byte[] Inside, string? Id);

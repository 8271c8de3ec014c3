namespace FetchEtl.Sqs;

/// <summary>
/// A request of one operation. Public properties carry the wire's names and are what the JSON protocol sends;
/// <see cref="WriteForm"/> is the same in the Query protocol.
/// </summary>
internal abstract class SqsRequest(string operation)
{
    /// <summary>The operation's name on the wire.</summary>
    internal string Operation { get; } = operation;

    /// <summary>The queue's URL, null for the operations that look for one.</summary>
    internal virtual string? Queue => null;

    /// <summary>Whether the request holds message bodies, which an error's text could then quote.</summary>
    internal virtual bool CarriesBodies => false;

    /// <summary>How long the service may take on purpose before it answers.</summary>
    internal virtual TimeSpan WaitTime => TimeSpan.Zero;

    internal abstract void WriteForm(FormWriter form);
}

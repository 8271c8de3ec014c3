namespace FetchEtl.Local;

/// <summary>Which message a receive gets next. Called only under the queue's lock.</summary>
internal interface IDeliveryOrder
{
    /// <summary>A message has come to the queue; its state is still <see cref="MessageState.Gone"/>.</summary>
    void Add(SqsMessage message);

    /// <summary>The message went from one state to the one it has now.</summary>
    void Moved(SqsMessage message, MessageState from);

    /// <summary>The next message that may be delivered.</summary>
    /// <param name="previous">The one that the same receive got before it.</param>
    /// <param name="skip">How many to pass over, fewer than there are; nothing to an order that is promised.</param>
    SqsMessage? Next(SqsMessage? previous = null, int skip = 0);

    /// <summary>Puts a visible message before all others; nothing to an order that is promised.</summary>
    void PutFirst(SqsMessage message);
}

namespace FetchEtl.Local.Sqs.Queues;

/// <summary>Which message a receive gets next. Called only under the queue's lock.</summary>
internal interface IDeliveryOrder
{
    /// <summary>A message has come to the queue; its state is still <see cref="MessageState.Gone"/>.</summary>
    void Add(SqsMessage message);

    /// <summary>The message went from one state to the one it has now.</summary>
    void Moved(SqsMessage message, MessageState from);

    /// <summary>The next message that may be delivered, given the one that the same receive got before it.</summary>
    SqsMessage? Next(SqsMessage? previous = null);
}

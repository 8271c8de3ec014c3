namespace FetchEtl.Local;

/// <summary>Decides which message a receive gets next. The lock of the queue guards it.</summary>
internal interface IDeliveryOrder
{
    /// <summary>Adds a message, whose state is still <see cref="MessageState.Gone"/>.</summary>
    void Add(StoredMessage message);

    /// <summary>Takes note that the message changed from the given state to its present one.</summary>
    void Moved(StoredMessage message, MessageState from);

    /// <summary>The next message that can be delivered, or null.</summary>
    /// <param name="previous">The message that the same receive got before.</param>
    /// <param name="skip">How many visible messages to skip, fewer than there are. A FIFO queue skips none.</param>
    StoredMessage? Next(StoredMessage? previous = null, int skip = 0);

    /// <summary>Puts a visible message before all others. A FIFO queue keeps its order.</summary>
    void PutFirst(StoredMessage message);
}

using System.Collections.Concurrent;
using MassTransit;

namespace FetchEtl.Sqs.Tests;

/// <summary>Does with each note what the test says, and keeps what it saw.</summary>
public sealed class NoteConsumer(NoteConsumer.Behaviour behaviour) : IConsumer<Note>
{
    public Task Consume(ConsumeContext<Note> context)
    {
        behaviour.Seen.Add(new Delivery(
            context.Message.Text, context.MessageId, context.ReceiveContext.GetSentTime(), context.ReceiveContext.Redelivered, context.FaultAddress));

        return behaviour.Handle(context);
    }

    public sealed record Delivery(string Text, Guid? MessageId, DateTime? SentTime, bool Redelivered, Uri? FaultAddress);

    public sealed class Behaviour
    {
        public ConcurrentBag<Delivery> Seen { get; } = [];

        public Func<ConsumeContext<Note>, Task> Handle { get; set; } = _ => Task.CompletedTask;
    }
}

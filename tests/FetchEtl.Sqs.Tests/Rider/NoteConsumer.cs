using System.Collections.Concurrent;
using MassTransit;

namespace FetchEtl.Sqs.Tests;

/// <summary>Handles each note as the test configures, and records the delivery.</summary>
public sealed class NoteConsumer(NoteConsumer.Behaviour behaviour) : IConsumer<Note>
{
    public Task Consume(ConsumeContext<Note> context)
    {
        behaviour.Seen.Add(new Delivery(
            context.Message.Text,
            context.MessageId,
            context.ReceiveContext.GetSentTime(),
            context.ReceiveContext.Redelivered,
            context.FaultAddress));

        return behaviour.Handle(context);
    }

    public sealed record Delivery(
        string Text, Guid? MessageId, DateTime? SentTime, bool Redelivered, Uri? FaultAddress);

    public sealed class Behaviour
    {
        public ConcurrentBag<Delivery> Seen { get; } = [];

        public Func<ConsumeContext<Note>, Task> Handle { get; set; } = _ => Task.CompletedTask;
    }
}

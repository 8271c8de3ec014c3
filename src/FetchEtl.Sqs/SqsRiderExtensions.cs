using FetchEtl.Sqs;

namespace MassTransit;

/// <summary>Adds an Amazon SQS queue to a bus as a rider.</summary>
public static class SqsRiderExtensions
{
    /// <summary>
    /// Consumes SQS queues beside the bus. Nothing is created, subscribed or published: the queues belong to their producers.
    /// </summary>
    /// <remarks>
    /// A consumer that throws a <see cref="System.ComponentModel.DataAnnotations.ValidationException"/>, or what derives from
    /// it, makes its message a dead letter; the exception's text is logged and becomes the reason attribute, so it must name
    /// fields and rules, never values. Any other exception gives the message back to the queue, for longer each time.
    /// </remarks>
    /// <param name="configurator">The rider, inside <c>AddRider</c>.</param>
    /// <param name="configure">Says which SQS endpoint to speak to and which queues to receive from.</param>
    public static void UsingSqs(
        this IRiderRegistrationConfigurator configurator,
        Action<IRiderRegistrationContext, ISqsFactoryConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(configure);

        configurator.SetRiderFactory(new SqsRegistrationRiderFactory(configure));
    }
}

using FetchEtl.Sqs;
using MassTransit.Configuration;
using MassTransit.DependencyInjection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MassTransit;

/// <summary>Adds an Amazon SQS queue to a bus as a rider.</summary>
public static class SqsRiderExtensions
{
    /// <summary>
    /// Consumes SQS queues beside the bus. The rider creates no queue unless <c>CreateQueues</c> is set, subscribes to
    /// nothing and publishes nothing: the queues belong to their producers.
    /// </summary>
    /// <remarks>
    /// A <see cref="System.ComponentModel.DataAnnotations.ValidationException"/> of a consumer sends its message to the
    /// dead-letter queue. The exception's text is logged and becomes the reason attribute, so it must name fields and
    /// rules, never values. After any other exception the message returns to its queue, with a delay that grows.
    /// </remarks>
    /// <param name="configurator">The rider, inside <c>AddRider</c>.</param>
    /// <param name="configure">Sets the SQS endpoint and the queues to receive from.</param>
    public static void UsingSqs(
        this IRiderRegistrationConfigurator configurator,
        Action<IRiderRegistrationContext, ISqsFactoryConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(configure);

        configurator.TryAddSingleton<RiderClients>();
        configurator.SetRiderFactory(new RiderFactory(configure));
    }

    private sealed class RiderFactory(Action<IRiderRegistrationContext, ISqsFactoryConfigurator> configure)
        : IRegistrationRiderFactory<ISqsRider>
    {
        public IBusInstanceSpecification CreateRider(IRiderRegistrationContext context)
        {
            var configurator = new SqsFactoryConfigurator(context, context.GetRequiredService<RiderClients>());
            configure(context, configurator);
            return configurator;
        }
    }
}

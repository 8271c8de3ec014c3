using MassTransit;

namespace FetchEtl.Logins;

/// <summary>Makes any endpoint that the consumer is put on an endpoint for raw logins.</summary>
public sealed class LoginConsumerDefinition : ConsumerDefinition<LoginConsumer>
{
    /// <inheritdoc/>
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<LoginConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.UseRawLogins();
    }
}

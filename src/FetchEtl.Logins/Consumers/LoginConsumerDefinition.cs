using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Logins;

/// <summary>Lets every endpoint that MassTransit configures for the consumer read raw JSON logins.</summary>
public sealed class LoginConsumerDefinition : ConsumerDefinition<LoginConsumer>
{
    /// <inheritdoc/>
    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator,
        IConsumerConfigurator<LoginConsumer> consumerConfigurator,
        IRegistrationContext context)
    {
        endpointConfigurator.UseRawLogins(context.GetRequiredService<TimeProvider>());
    }
}

using MassTransit;
using MassTransit.Configuration;
using MassTransit.DependencyInjection;

namespace FetchEtl.Sqs;

internal sealed class SqsRegistrationRiderFactory(Action<IRiderRegistrationContext, ISqsFactoryConfigurator> configure)
    : IRegistrationRiderFactory<ISqsRider>
{
    public IBusInstanceSpecification CreateRider(IRiderRegistrationContext context)
    {
        var configurator = new SqsFactoryConfigurator(context);
        configure(context, configurator);

        return configurator;
    }
}

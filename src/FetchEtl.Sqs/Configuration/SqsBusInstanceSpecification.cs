using MassTransit;
using MassTransit.Configuration;
using MassTransit.Transports;

namespace FetchEtl.Sqs;

internal sealed class SqsBusInstanceSpecification(SqsFactoryConfigurator configurator) : IBusInstanceSpecification
{
    public IEnumerable<ValidationResult> Validate() => configurator.Validate();

    public void Configure(IBusInstance busInstance) => busInstance.Connect<ISqsRider>(configurator.Build(busInstance));
}

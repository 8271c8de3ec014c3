using MassTransit;

namespace FetchEtl.Sqs;

/// <summary>Configures the SQS rider.</summary>
public interface ISqsFactoryConfigurator : IRiderFactoryConfigurator
{
    /// <summary>Sets the service URL, region, protocol and credentials; without it AWS's own environment decides.</summary>
    /// <param name="configure">Fills in the client's options. May be called once.</param>
    void Host(Action<SqsClientOptions> configure);

    /// <summary>Receives messages from a queue.</summary>
    /// <param name="queueName">The queue's name, as in its URL; a name that ends in <c>.fifo</c> is a FIFO queue.</param>
    /// <param name="configure">Configures the endpoint and its consumers.</param>
    void ReceiveEndpoint(string queueName, Action<ISqsReceiveEndpointConfigurator> configure);
}

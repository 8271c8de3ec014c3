using MassTransit;

namespace FetchEtl.Sqs;

/// <summary>Configures the SQS rider.</summary>
public interface ISqsFactoryConfigurator : IRiderFactoryConfigurator
{
    /// <summary>
    /// Sets the service URL, region, protocol and credentials. Without it the rider uses the <c>IAmazonSQS</c> that the
    /// application registered, else one built from AWS's own settings.
    /// </summary>
    /// <param name="configure">Sets the client's options.</param>
    /// <exception cref="ConfigurationException">It is called a second time.</exception>
    void Host(Action<SqsClientOptions> configure);

    /// <summary>Receives messages from a queue.</summary>
    /// <param name="queueName">The queue's name, as in its URL. It ends in <c>.fifo</c> for a FIFO queue.</param>
    /// <param name="configure">Configures the endpoint and its consumers.</param>
    void ReceiveEndpoint(string queueName, Action<ISqsReceiveEndpointConfigurator> configure);
}

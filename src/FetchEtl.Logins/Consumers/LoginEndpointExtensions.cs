using FetchEtl.Logins;
using Microsoft.Extensions.DependencyInjection;

namespace MassTransit;

/// <summary>Puts <see cref="LoginConsumer"/> on a receive endpoint of any transport.</summary>
public static class LoginEndpointExtensions
{
    /// <summary>
    /// Makes this a login endpoint: every body is read as a raw JSON login, whatever its content type; no topology is
    /// made for the contract; no fault message, which would hold the login, leaves the endpoint, even if a producer
    /// asks for one by a response or fault address.
    /// </summary>
    /// <param name="endpoint">The endpoint, which should consume nothing else.</param>
    /// <param name="context">The registration context, the bus's or a rider's.</param>
    public static void ConfigureLoginEndpoint(this IReceiveEndpointConfigurator endpoint, IRegistrationContext context)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(context);
        endpoint.UseRawLogins();
        endpoint.ConfigureConsumer<LoginConsumer>(context);
    }

    /// <summary>
    /// As <see cref="ConfigureLoginEndpoint"/>, cheaper, for an endpoint of which everything is known: it rethrows faults, as the SQS
    /// rider's do, and nothing on it watches, retries or decorates consumers. One consumer takes all messages, without a
    /// scope for each, and hands its rows over: the receive waits for the commit, not the consumer.
    /// </summary>
    internal static void ConfigureHandOverEndpoint(this IReceiveEndpointConfigurator endpoint, IServiceProvider services)
    {
        endpoint.UseRawLogins();
        endpoint.Instance(new HandOverConsumer(ActivatorUtilities.CreateInstance<LoginConsumer>(services)));
    }

    internal static void UseRawLogins(this IReceiveEndpointConfigurator endpoint)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.ClearSerialization();
        endpoint.AddSerializer(new RawLoginSerialization());
        endpoint.AddDeserializer(new RawLoginSerialization(), isDefault: true);
    }
}

using FetchEtl.Logins;
using Microsoft.Extensions.DependencyInjection;

namespace MassTransit;

/// <summary>Configures <see cref="LoginConsumer"/> on a receive endpoint of any transport.</summary>
public static class LoginEndpointExtensions
{
    /// <summary>
    /// Configures this as a login endpoint. It reads every body as a raw JSON login, whatever the content type. It
    /// creates no topology for the contract. It publishes no fault message, which would hold the login, even where the
    /// producer sets a response or fault address.
    /// </summary>
    /// <param name="endpoint">The endpoint, which should consume nothing else.</param>
    /// <param name="context">
    /// The registration context of the bus or rider that <c>AddConsumer&lt;LoginConsumer&gt;()</c> was called on.
    /// </param>
    public static void ConfigureLoginEndpoint(this IReceiveEndpointConfigurator endpoint, IRegistrationContext context)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(context);
        endpoint.UseRawLogins(context.GetRequiredService<TimeProvider>());
        endpoint.ConfigureConsumer<LoginConsumer>(context);
    }

    internal static void UseRawLogins(this IReceiveEndpointConfigurator endpoint, TimeProvider time)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.ClearSerialization();
        endpoint.AddSerializer(new RawLoginSerialization(time));
        endpoint.AddDeserializer(new RawLoginSerialization(time), isDefault: true);
    }
}

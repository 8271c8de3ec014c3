using FetchEtl.Logins;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>README's samples, to the letter.</summary>
internal static class Samples
{
    public static void InMemory(IServiceCollection services, IConfiguration configuration)
    {
        services.AddLogins(configuration);
        services.AddMassTransit(x =>
        {
            x.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
            x.UsingInMemory((context, bus) => bus.ReceiveEndpoint("logins", e => e.ConfigureLoginEndpoint(context)));
        });
    }

    public static void Rider(IServiceCollection services, IConfiguration configuration)
    {
        services.AddLogins(configuration);
        services.AddMassTransit(x =>
        {
            x.UsingInMemory();
            x.AddRider(rider =>
            {
                rider.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
                rider.UsingSqs((context, sqs) =>
                {
                    sqs.Host(host => host.Region = "eu-central-1");
                    sqs.ReceiveEndpoint("login-queue", e =>
                    {
                        e.ReceiveGate = context.GetRequiredService<LoginWriter>().WaitForOutageEndAsync;
                        e.ConfigureLoginEndpoint(context);
                    });
                });
            });
        });
    }

    public static async Task SendAsync(ISendEndpoint endpoint, string json)
    {
        await endpoint.Send(new LoginMessage(), x => x.Serializer = new CopyBodySerializer(
            SystemTextJsonRawMessageSerializer.JsonContentType, new StringMessageBody(json)));
    }
}

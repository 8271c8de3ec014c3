using FetchEtl.Logins;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// A MassTransit application that adds the login consumer to the bus that it has, here on RabbitMQ. It reads
// ConnectionStrings:RabbitMq (amqp://user:password@host) and the section FetchEtl.
var builder = Host.CreateApplicationBuilder(args);

builder.Services.AddLogins(builder.Configuration.GetSection("FetchEtl"));
builder.Services.AddMassTransit(x =>
{
    // MassTransit reports its use to its vendor by default.
    x.DisableUsageTelemetry();
    x.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
    x.UsingRabbitMq((context, bus) =>
    {
        bus.Host(new Uri(builder.Configuration.GetConnectionString("RabbitMq") ?? "amqp://guest:guest@localhost"));
        bus.ReceiveEndpoint("logins", endpoint =>
        {
            // Rows are written in batches of what is in progress.
            endpoint.PrefetchCount = 500;
            endpoint.ConfigureLoginEndpoint(context);
        });
    });
});

await builder.Build().RunAsync();

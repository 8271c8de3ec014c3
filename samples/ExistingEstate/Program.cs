using ExistingEstate;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Migrations;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

// A shop that has a bus on RabbitMQ, a consumer and an EF Core context. It adds the login consumer twice: on a queue of
// its broker, and on an SQS queue. It reads ConnectionStrings:RabbitMq (amqp://user:password@host),
// ConnectionStrings:Shop, the section FetchEtl, and AWS's own settings. `migrate` creates the tables.
var builder = Host.CreateApplicationBuilder(args);
var broker = new Uri(builder.Configuration.GetConnectionString("RabbitMq") ?? "amqp://guest:guest@localhost");
var database = builder.Configuration.GetConnectionString("Shop") ?? "Host=localhost;Database=shop";

// What the shop has without logins.
builder.Services.AddSingleton(_ => NpgsqlDataSource.Create(database));
builder.Services.AddDbContext<ShopContext>((provider, options) => options
    .UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())
    .UseSnakeCaseNamingConvention());

// The logins have a data source of their own in the shop's database, so that its spans and logs quote no row.
builder.Services.AddKeyedSingleton(
    "logins", (_, _) => new NpgsqlDataSourceBuilder(database).ConfigureForLogins().Build());
builder.Services.AddLogins(builder.Configuration.GetSection("FetchEtl"), options =>
{
    options.DataSource = provider => provider.GetRequiredKeyedService<NpgsqlDataSource>("logins");
    options.Storage.Schema = "identity";
    options.Storage.Table = "app_logins";
    options.MessageIdentity = KafkaIdentity;
});

builder.Services.AddMassTransit(x =>
{
    // MassTransit reports its use to its vendor by default.
    x.DisableUsageTelemetry();
    x.AddConsumer<OrderPlacedConsumer>();
    x.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
    x.UsingRabbitMq((context, bus) =>
    {
        bus.Host(broker);
        bus.ReceiveEndpoint("orders", endpoint => endpoint.ConfigureConsumer<OrderPlacedConsumer>(context));
        bus.ReceiveEndpoint("logins", endpoint =>
        {
            // Rows are written in batches of what is in progress.
            endpoint.PrefetchCount = 500;
            endpoint.ConfigureLoginEndpoint(context);
        });
    });
    x.AddRider(rider =>
    {
        rider.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
        rider.UsingSqs((context, sqs) => sqs.ReceiveEndpoint("login-queue", endpoint =>
        {
            endpoint.ReceiveGate = context.GetRequiredService<LoginWriter>().WaitForOutageEndAsync;
            endpoint.IdentityKeys = IdentityKeys.Derive(
                context.GetRequiredService<IOptions<LoginsOptions>>().Value.Masking);
            endpoint.ConfigureLoginEndpoint(context);
        }));
    });
});

using var host = builder.Build();
if (args is ["migrate"])
{
    await MigrateAsync(host.Services);
    return;
}

await host.RunAsync();

// A bridge copies logins from Kafka to RabbitMQ, at least once each, and says in headers where they stood. A sender
// that may write to the queue is trusted to set them. Null leaves it to the message id, as that of SQS.
static Guid? KafkaIdentity(ConsumeContext context) =>
    context.TryGetPayload<RabbitMqBasicConsumeContext>(out _)
    && context.Headers.Get<string>("kafka-topic") is { } topic
    && context.Headers.Get<int>("kafka-partition") is { } partition
    && context.Headers.Get<long>("kafka-offset") is { } offset
        ? MessageIdentities.FromOffset(topic, partition, offset)
        : null;

// The two models share no table and no history of migrations, so either may be created or changed first. An application
// with migrations of its own calls MigrateAsync for EnsureCreatedAsync.
async Task MigrateAsync(IServiceProvider services)
{
    await using var scope = services.CreateAsyncScope();
    await scope.ServiceProvider.GetRequiredService<ShopContext>().Database.EnsureCreatedAsync();
    await LoginMigrations.MigrateAsync(
        database, services.GetRequiredService<IOptions<LoginsOptions>>().Value.Storage);
}

using MassTransit;
using MassTransit.Testing;

namespace FetchEtl.Logins.Tests;

public sealed class LoginConsumerDefinitionTests
{
    [Fact]
    public async Task A_consumer_that_MassTransit_puts_on_an_endpoint_by_itself_reads_raw_logins()
    {
        var receives = new ReceiveSignals();
        await using var store = await LoginStore.CreateAsync();
        store.Services.AddReceiveObserver(_ => receives);
        store.Services.AddMassTransitTestHarness(x =>
        {
            x.DisableUsageTelemetry();
            x.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
            x.UsingInMemory((context, bus) => bus.ConfigureEndpoints(context));
        });
        var harness = store.Provider.GetTestHarness();
        await harness.Start();
        var queue = await harness.Bus.GetSendEndpoint(new Uri("queue:Login"));

        await queue.SendRawAsync(
            """{"user_id":"u","app_version":"2.3.0","device_type":"ios","ip":"198.51.100.77","device_id":"d"}""");

        await receives.WaitForConsumedAsync(1);
        await harness.Stop();
        Assert.Equal("ios", await store.ScalarAsync("SELECT device_type FROM user_logins"));
    }
}

using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Logins.Tests;

public sealed class MaskedUserIdTests
{
    private const string UserId = "canary-user-3c9e";
    private const string Valid =
        $$"""{"user_id":"{{UserId}}","app_version":"2.3.0","device_type":"ios","ip":"198.51.100.77","device_id":"d"}""";

    [Theory]
    [InlineData("ip device_id user_id", true)]
    [InlineData("ip device_id", false)]
    [InlineData("", true)]
    public async Task A_user_id_is_masked_in_a_new_table_unless_the_settings_leave_it_out(
        string fields,
        bool masked)
    {
        var receives = new ReceiveSignals();
        await using var store = await LoginStore.CreateAsync();
        Array.ForEach(fields.Split(' ', StringSplitOptions.RemoveEmptyEntries), store.Masking.Fields.Add);
        store.Services.AddReceiveObserver(_ => receives);
        store.Services.AddMassTransitTestHarness(x =>
        {
            x.DisableUsageTelemetry();
            x.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
            x.UsingInMemory(
                (context, bus) => bus.ReceiveEndpoint("login-queue", e => e.ConfigureLoginEndpoint(context)));
        });
        var harness = store.Provider.GetTestHarness();
        await harness.Start();
        var queue = await harness.Bus.GetSendEndpoint(new Uri("queue:login-queue"));

        await queue.SendRawAsync(Valid);
        await queue.SendRawAsync(Valid);

        await receives.WaitForConsumedAsync(2);
        await harness.Stop();
        var mask = store.Provider.GetRequiredService<IPiiMasker>().Mask(PiiField.UserId, new PersonalText(UserId));
        Assert.Equal(
            masked ? mask : UserId,
            await store.ScalarAsync("SELECT min(user_id) FROM user_logins GROUP BY user_id HAVING count(*) = 2"));
    }
}

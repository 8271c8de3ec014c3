using FetchEtl.Testing;
using MassTransit;
using MassTransit.Testing;

namespace FetchEtl.Logins.Tests;

/// <summary>Logins whose address and device id are masked by look-alikes, with a vault.</summary>
public sealed class LookAlikeConsumerTests
{
    private const string Row =
        """
        SELECT concat_ws('|', masked_ip, masked_device_id, mask_generation,
            (SELECT string_agg(field, ',') FROM pii_vault))
        FROM user_logins
        """;

    [Fact]
    public async Task A_row_with_a_look_alike_mask_has_its_generation_and_only_masks_of_Hmac_are_sealed()
    {
        await using var store = await LoginStore.CreateAsync();
        using var vault = new VaultKeyFiles();
        store.Masking = new MaskingOptions
        {
            Keys = { TestKeys.First, TestKeys.Second },
            Methods = { ["ip"] = MaskingMethod.IpCryptPfx },
            Fields = { "ip", "device_id" },
            Vault = { PublicKeyFile = vault.Public },
        };
        var masker = new KeyedPiiMasker(store.Masking);
        var device = masker.Mask(PiiField.DeviceId, new PersonalText("canary-device"));

        await ConsumeAsync(store, "192.0.2.1", "canary-device");

        Assert.Equal($"251.92.242.238|{device}|2|device_id", await store.ScalarAsync(Row));
    }

    [Fact]
    public async Task A_row_without_a_look_alike_mask_has_no_generation()
    {
        await using var store = await LoginStore.CreateAsync();
        store.Masking.Methods["device_id"] = MaskingMethod.Ff1;

        await ConsumeAsync(store, "192.0.2.1", null);

        Assert.Equal(1L, await store.ScalarAsync("SELECT count(*) FROM user_logins WHERE mask_generation IS NULL"));
    }

    private static async Task ConsumeAsync(LoginStore store, string ip, string? device)
    {
        var receives = new ReceiveSignals();
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
        await queue.SendRawAsync(System.Text.Json.JsonSerializer.Serialize(
            new { user_id = "u", app_version = "2.3.0", device_type = "ios", ip, device_id = device }));
        await receives.WaitForConsumedAsync(1);
        await harness.Stop();
    }
}

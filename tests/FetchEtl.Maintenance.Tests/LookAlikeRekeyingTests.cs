using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.Maintenance.Tests;

/// <summary>What rekeying and adoption refuse of look-alike masks, and why.</summary>
public sealed class LookAlikeRekeyingTests : IAsyncLifetime
{
    private static readonly MaskedColumn Ip = new("masked_ip", PiiField.Ip);

    private MaintenanceStore _store = null!;

    public async Task InitializeAsync() => _store = await MaintenanceStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Masks_of_Hmac_become_no_look_alikes_and_nothing_changes()
    {
        await WriteAsync(Ring(MaskingMethod.Hmac, TestKeys.First), "192.0.2.1");

        var problem = await RefusalAsync(Ring(MaskingMethod.IpCrypt, TestKeys.First, TestKeys.Second));

        Assert.Equal(
            "user_logins.masked_ip holds 1 masks of Hmac, and Masking:Methods:ip is IpCrypt: no key turns a mask of " +
            "Hmac back into the value that a look-alike is made of. Leave the field at Hmac, or let an empty table " +
            "begin with the new method and send the messages again.",
            problem);
        Assert.Equal(1L, await _store.ScalarAsync<long>("SELECT count(*) FROM user_logins WHERE masked_ip LIKE '1:%'"));
    }

    [Fact]
    public async Task A_text_that_is_no_mask_of_its_method_stops_the_run_before_anything_changes()
    {
        var old = Ring(MaskingMethod.IpCrypt, TestKeys.First);
        await WriteAsync(old, "192.0.2.1");
        await _store.ExecuteAsync(
            "INSERT INTO user_logins (masked_ip, mask_generation) VALUES ('canary', 1)");

        var problem = await RefusalAsync(Ring(MaskingMethod.IpCrypt, TestKeys.First, TestKeys.Second));

        Assert.Equal(
            "user_logins.masked_ip holds a text that is no mask of IpCrypt, in a row whose mask_generation is 1: " +
            "correct such rows, or set the column to NULL there, and rekey again.",
            problem);
        Assert.Equal(2L, await _store.ScalarAsync<long>("SELECT count(*) FROM user_logins WHERE mask_generation = 1"));
    }

    [Fact]
    public async Task Look_alikes_of_one_row_are_rekeyed_together()
    {
        var ring = Ring(MaskingMethod.IpCrypt, TestKeys.First, TestKeys.Second);
        ring.Methods["device_id"] = MaskingMethod.Ff1;

        Assert.StartsWith(
            "user_logins.mask_generation is of all look-alike masks in a row, so they are rekeyed together: name " +
            "masked_device_id=device_id too",
            await RefusalAsync(ring, [Ip]),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_cannot_say_the_generation_of_its_look_alikes_is_refused_with_the_remedy()
    {
        await _store.ExecuteAsync("CREATE TABLE other (masked_ip varchar(256))");

        Assert.StartsWith(
            "other has no column mask_generation",
            Assert.Single((await Assert.ThrowsAsync<MaskingRefusedException>(() => _store.RekeyAsync(
                Ring(MaskingMethod.IpCrypt, TestKeys.First), "other", [Ip]))).Problems),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copied_table_with_generations_is_rekeyed_too()
    {
        await WriteAsync(Ring(MaskingMethod.IpCryptPfx, TestKeys.First), "192.0.2.1");
        await _store.ExecuteAsync(
            "CREATE TABLE other AS SELECT masked_ip AS address, mask_generation FROM user_logins");

        var summary = await _store.RekeyAsync(
            Ring(MaskingMethod.IpCryptPfx, TestKeys.First, TestKeys.Second), "other", [new("address", PiiField.Ip)]);

        Assert.Empty(summary.Left);
        Assert.Equal(1, summary.Before[0].LookAlikes[1]);
        Assert.Equal(1, summary.After[0].LookAlikes[2]);
        Assert.Equal("251.92.242.238 2", await _store.ScalarAsync<string>(
            "SELECT concat_ws(' ', address, mask_generation) FROM other"));
    }

    [Fact]
    public async Task Adoption_never_takes_look_alike_masks_for_raw_values()
    {
        await WriteAsync(Ring(MaskingMethod.IpCrypt, TestKeys.First), "192.0.2.1");

        var plan = await _store.PlanAsync(Ring(MaskingMethod.Hmac, TestKeys.First), "user_logins", [Ip]);
        var lookAlike = await _store.PlanAsync(Ring(MaskingMethod.IpCrypt, TestKeys.First), "user_logins", [Ip]);

        Assert.Equal(
            ["user_logins.masked_ip holds 1 look-alike masks, in rows with a mask_generation: turn them into masks " +
                "of Hmac by 'fetch-etl rekey' first."],
            plan.Problems);
        Assert.StartsWith(
            "user_logins.masked_ip: Masking:Methods:ip is IpCrypt, and a run that was cut off could not tell",
            Assert.Single(lookAlike.Problems),
            StringComparison.Ordinal);
    }

    private static MaskingOptions Ring(MaskingMethod method, params string[] keys)
    {
        var options = MaintenanceStore.Masking(keys);
        options.Methods["ip"] = method;
        return options;
    }

    private async Task<string> RefusalAsync(MaskingOptions ring, IReadOnlyList<MaskedColumn>? columns = null) =>
        Assert.Single((await Assert.ThrowsAsync<MaskingRefusedException>(
            () => _store.RekeyAsync(ring, columns: columns))).Problems);

    private async Task WriteAsync(MaskingOptions ring, string ip)
    {
        var masker = new KeyedPiiMasker(ring);
        await using var session = _store.Session();
        await session.InsertAsync(
        [
            new UserLogin
            {
                MaskedIp = masker.Mask(PiiField.Ip, new PersonalText(ip)),
                MessageId = Guid.NewGuid(),
                MaskGeneration = masker.MethodOf(PiiField.Ip).IsLookAlike() ? (short)masker.Generation : null,
            },
        ]);
    }
}

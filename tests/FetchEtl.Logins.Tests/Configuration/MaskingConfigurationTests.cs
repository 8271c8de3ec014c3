using FetchEtl.Testing;
using Microsoft.Extensions.Configuration;

namespace FetchEtl.Logins.Tests;

public sealed class MaskingConfigurationTests
{
    [Fact]
    public void Settings_come_from_their_configuration_keys()
    {
        var options = Bind(
            ("Masking:Keys:1", TestKeys.Second),
            ("Masking:KeyFiles:0", "/run/secrets/first"),
            ("Masking:Fields:0", "ip"),
            ("Masking:Fields:1", "device_id"),
            ("Masking:Fields:2", "user_id"),
            ("Masking:Method", "SaltedSha256"),
            ("Masking:Methods:ip", "ipcryptpfx"),
            ("Masking:Methods:device_id", "Ff1"),
            ("Masking:AllowWeak", "true"),
            ("Masking:Former", "Sha256"),
            ("Masking:Salt", "salt"),
            ("Masking:Vault:PublicKeyFile", "/etc/fetch-etl/vault.pem"));

        Assert.Equal(["", TestKeys.Second], options.Keys);
        Assert.Equal(["/run/secrets/first"], options.KeyFiles);
        Assert.Equal([PiiField.Ip, PiiField.DeviceId, PiiField.UserId], PiiFields.Of(options));
        Assert.Equal(MaskingMethod.SaltedSha256, options.Method);
        Assert.Equal(MaskingMethod.IpCryptPfx, options.MethodOf(PiiField.Ip));
        Assert.Equal(MaskingMethod.Ff1, options.MethodOf(PiiField.DeviceId));
        Assert.True(options.AllowWeak);
        Assert.Equal(MaskingMethod.Sha256, options.Former);
        Assert.Equal("salt", options.Salt);
        Assert.Equal("/etc/fetch-etl/vault.pem", options.Vault.PublicKeyFile);
    }

    [Theory]
    [InlineData("Masking:Keys:first", "", "0")]
    [InlineData("Masking:Keys:0", "Masking:Keys:00", "1")]
    [InlineData("Masking:Keys:0", "Masking:Keys:1000", "1")]
    public void A_key_without_an_index_of_its_own_is_not_a_generation(
        string one, string other, string missing)
    {
        var options = other.Length == 0
            ? Bind((one, TestKeys.First))
            : Bind((one, TestKeys.First), (other, TestKeys.Second));

        Assert.Equal(
            [$"Masking:Keys:{missing} is missing: an index is a key's generation, so none may be left out; set it, " +
                $"or Masking:KeyFiles:{missing}."],
            options.Validate());
    }

    [Fact]
    public void A_method_that_does_not_exist_is_refused_by_its_setting_without_quoting_it()
    {
        const string methods = "Hmac, Sha256, SaltedSha256, IpCrypt, IpCryptPfx or Ff1";

        Assert.Equal(
            [$"Masking:Methods:ip must be {methods}."],
            Assert.Throws<MaskingRefusedException>(() => Bind(("Masking:Methods:ip", "canary"))).Problems);
        Assert.Equal(
            ["Masking:Methods has no value of its own: write Masking:Methods:NAME."],
            Assert.Throws<MaskingRefusedException>(() => Bind(("Masking:Methods", "Ff1"))).Problems);
    }

    private static MaskingOptions Bind(params (string Key, string Value)[] settings)
    {
        var options = new MaskingOptions();
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            .Build()
            .BindMasking(options);
        return options;
    }
}

using System.Security.Cryptography;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Logins.Tests;

/// <summary>A process says so when another one in the database writes rows of another form.</summary>
public sealed class WrittenFormTests : IAsyncLifetime
{
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public Task DisposeAsync() => _store.DisposeAsync().AsTask();

    [Theory]
    [InlineData(AppVersionEncoding.Digits, true)]
    [InlineData(AppVersionEncoding.Ordered, false)]
    public async Task A_process_with_other_settings_is_reported_at_start(AppVersionEncoding encoding, bool isOther)
    {
        var other = new LoginsOptions { AppVersion = { Encoding = encoding } };

        await using var session = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_store.ConnectionString)
            {
                ApplicationName = WrittenForm.NameOf(other),
                Pooling = false,
            }.ConnectionString);
        await session.OpenAsync();

        await _store.Writer.WriteAsync(LoginStore.Login());

        Assert.Equal(isOther, _store.Logs.Texts.Any(x => x.Contains("make other rows", StringComparison.Ordinal)));
    }

    [Fact]
    public void Method_vault_key_and_version_encoding_count_and_keys_do_not()
    {
        using var vault = new VaultKeyFiles();
        using var otherKey = RSA.Create(3072);
        var other = vault.Write("other-public.pem", otherKey.ExportSubjectPublicKeyInfoPem());
        Action<LoginsOptions>[] changes =
        [
            _ => { },
            x => x.Masking.Method = MaskingMethod.Sha256,
            x => x.Masking.Former = MaskingMethod.Sha256,
            x => x.Masking.Methods["ip"] = MaskingMethod.IpCrypt,
            x => x.Masking.Methods["ip"] = MaskingMethod.IpCryptPfx,
            x => x.Masking.Methods["device_id"] = MaskingMethod.Ff1,
            x => x.Masking.Vault.PublicKeyFile = vault.Public,
            x => x.Masking.Vault.PublicKeyFile = other,
            x => x.AppVersion.Encoding = AppVersionEncoding.Digits,
        ];

        Assert.Equal(changes.Length, changes.Select(NameAfter).Distinct().Count());
        Assert.Equal(NameAfter(_ => { }), NameAfter(x => x.Masking.Keys.Add(TestKeys.First)));

        static string NameAfter(Action<LoginsOptions> change)
        {
            var options = new LoginsOptions();
            change(options);
            return WrittenForm.NameOf(options);
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Logins.Tests;

/// <summary>What was erased is not written again, and is no missing row.</summary>
public sealed class ErasedMessagesTests : IAsyncLifetime
{
    private static readonly PersonalText Ip = new("192.0.2.1");

    private readonly VaultKeyFiles _vault = new();
    private LoginStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
        _store.Masking.MessageIds = MessageIds.Raw;
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _vault.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_erased_message_is_a_duplicate_in_a_process_that_began_before_the_first_erasure(bool hasVault)
    {
        if (hasVault)
        {
            _store.Masking.Vault.PublicKeyFile = _vault.Public;
        }

        await _store.UseRoleAsync();
        await _store.ScalarAsync($"GRANT SELECT, INSERT ON pii_vault TO PUBLIC");
        var (erased, kept) = (LoginStore.Login("erased"), LoginStore.Login("kept"));
        Assert.Equal(2, (await RunAsync(erased, kept)).Inserted);
        await _store.ScalarAsync("DELETE FROM pii_vault");
        await _store.EraseAsync(erased.MessageId!.Value);

        var again = await RunAsync(erased);
        var beside = await RunAsync(kept, erased, LoginStore.Login("new"));
        await using var other = _store.Beside();
        var elsewhere = await RunAsync(other, erased);

        Assert.Equal((0, 0), (again.Inserted, again.Missing.Count));
        Assert.Equal((1, 0), (beside.Inserted, beside.Missing.Count));
        Assert.Equal((0, 0), (elsewhere.Inserted, elsewhere.Missing.Count));
        Assert.Equal(0L, await _store.ScalarAsync("SELECT count(*) FROM user_logins WHERE user_id = 'erased'"));
        Assert.Equal(hasVault ? 1L : 0L, await _store.ScalarAsync("SELECT count(*) FROM pii_vault"));
    }

    [Fact]
    public async Task A_dropped_row_beside_an_erased_one_is_still_missing()
    {
        var (erased, dropped) = (LoginStore.Login("erased"), LoginStore.Login("dropped"));
        await _store.EraseAsync(erased.MessageId!.Value);
        await _store.ScalarAsync(
            """
            CREATE FUNCTION drop_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
            CREATE TRIGGER drop_all BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION drop_all()
            """);

        var write = await RunAsync(erased, dropped);

        Assert.Equal("dropped", Assert.Single(write.Missing).Login.UserId);
    }

    private Task<BatchWrite> RunAsync(params UserLogin[] logins) => RunAsync(_store.Provider, logins);

    /// <summary>Each login brings an address for the vault, with a mask of its own.</summary>
    private static Task<BatchWrite> RunAsync(IServiceProvider services, params UserLogin[] logins) =>
        services.GetRequiredService<IBatchStatement>().RunAsync(
            new LoginBatch([.. logins.Select(login => new PendingLogin(
                new GivenLogin(login, [new VaultValue(PiiField.Ip, MaskOf(login), Ip)]), CancellationToken.None))]),
            CancellationToken.None);

    private static string MaskOf(UserLogin login) =>
        $"1:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(login.UserId!)))}";
}

using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Logins.Tests;

/// <summary>Rows are written over pgbouncer in every pooling mode, or the log says which mode is needed.</summary>
[Trait("Category", "Slow")]
public sealed class PgBouncerTests : IAsyncLifetime
{
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

    [PgBouncerTheory]
    [InlineData("session", false)]
    [InlineData("session", true)]
    [InlineData("transaction", false)]
    [InlineData("transaction", true)]
    [InlineData("statement", false)]
    public async Task Each_message_is_written_once(string poolMode, bool hasVault)
    {
        await using var bouncer = await PgBouncer.StartAsync(_store.ConnectionString, poolMode);
        Configure(bouncer, hasVault);
        await using var other = _store.Beside();
        var logins = LoginStore.Logins(3000);

        // Two processes share the two server connections, and each message is delivered to both.
        await Task.WhenAll(logins.SelectMany(login => new[]
        {
            _store.Writer.WriteAsync(login), other.GetRequiredService<LoginWriter>().WriteAsync(login),
        }));

        Assert.Equal(3000, await _store.CountAsync());
        await _store.EraseAsync(logins[7].MessageId!.Value);
        await Task.WhenAll(logins.Select(login => _store.Writer.WriteAsync(login)));
        Assert.Equal(2999, await _store.CountAsync());
        Assert.Equal(0, _store.Logs.CountOf(2001));
    }

    [PgBouncerTheory]
    [InlineData("statement")]
    public async Task With_a_vault_and_statement_pooling_the_log_names_the_mode_to_set(string poolMode)
    {
        await using var bouncer = await PgBouncer.StartAsync(_store.ConnectionString, poolMode);
        Configure(bouncer, hasVault: true);

        var write = _store.Writer.WriteAsync(LoginStore.Login());
        await await Task.WhenAny(write, _store.Logs.WaitForAsync(2001));

        Assert.False(write.IsCompleted);
        Assert.Contains(
            _store.Logs.Texts,
            text => text.Contains("08P01", StringComparison.Ordinal)
                && text.Contains("pool_mode = transaction", StringComparison.Ordinal));
    }

    private void Configure(PgBouncer bouncer, bool hasVault)
    {
        _store.ConnectionString = bouncer.ConnectionString;
        if (hasVault)
        {
            _store.Masking.Vault.PublicKeyFile = _vault.Public;
        }
    }
}

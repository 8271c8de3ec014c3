using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// Rows that PostgreSQL drops without an error are missing, not duplicates. Rows that stand elsewhere under the same
/// name are not missing.
/// </summary>
public sealed class DroppedRowsTests : IAsyncLifetime
{
    private readonly VaultKeyFiles _vault = new();
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _vault.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_that_a_trigger_drops_are_missing_and_duplicates_are_not(bool hasVault)
    {
        UseVault(hasVault);
        await _store.ScalarAsync(
            """
            CREATE FUNCTION drop_odd() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF NEW.user_id::integer % 2 = 1 THEN RETURN NULL; END IF; RETURN NEW; END $$;
            CREATE TRIGGER drop_odd BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION drop_odd()
            """);
        var logins = LoginStore.Logins(20);
        var first = await RunAsync(logins[..10]);

        // Five of the first are there already, and one of the last comes twice.
        var second = await RunAsync([.. logins, logins[18]]);

        Assert.Equal((5, "1 3 5 7 9"), (first.Inserted, Names(first)));
        Assert.Equal((5, "1 3 5 7 9 11 13 15 17 19"), (second.Inserted, Names(second)));
        Assert.Equal(10, await _store.CountAsync());
    }

    [Fact]
    public async Task Rows_that_a_trigger_moves_to_a_child_table_are_not_missing()
    {
        await _store.ScalarAsync(
            """
            CREATE TABLE user_logins_2026 (UNIQUE (message_id)) INHERITS (user_logins);
            CREATE FUNCTION move() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                INSERT INTO user_logins_2026 VALUES (NEW.*) ON CONFLICT DO NOTHING; RETURN NULL; END $$;
            CREATE TRIGGER move BEFORE INSERT ON user_logins FOR EACH ROW EXECUTE FUNCTION move()
            """);
        var logins = LoginStore.Logins(10);

        Assert.Empty((await RunAsync(logins)).Missing);
        Assert.Empty((await RunAsync(logins)).Missing);

        Assert.Equal(10, await _store.CountAsync());
    }

    [Fact]
    public async Task Rows_that_a_rule_drops_are_missing()
    {
        await _store.ScalarAsync("CREATE RULE none AS ON INSERT TO user_logins DO INSTEAD NOTHING");

        var write = await RunAsync(LoginStore.Logins(2));

        Assert.Equal((0, "0 1"), (write.Inserted, Names(write)));
    }

    private static string Names(BatchWrite write) =>
        string.Join(' ', write.Missing.Select(row => row.Login.UserId));

    private void UseVault(bool hasVault)
    {
        if (hasVault)
        {
            _store.Masking.Vault.PublicKeyFile = _vault.Public;
        }
    }

    private Task<BatchWrite> RunAsync(IEnumerable<UserLogin> logins) =>
        _store.Provider.GetRequiredService<IBatchStatement>().RunAsync(
            new LoginBatch(
                [.. logins.Select(login => new PendingLogin(new GivenLogin(login, []), CancellationToken.None))]),
            CancellationToken.None);
}

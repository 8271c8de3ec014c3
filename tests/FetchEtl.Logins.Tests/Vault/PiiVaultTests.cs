using System.Globalization;
using FetchEtl.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Logins.Tests;

/// <summary>The vault holds exactly the values of rows that were written while it was configured.</summary>
public sealed class PiiVaultTests : IAsyncLifetime
{
    private readonly VaultKeyFiles _files = new();
    private readonly RevealingKey _key;
    private LoginStore _store = null!;

    public PiiVaultTests() => _key = RevealingKey.Read(_files.Private, passphrase: null);

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
        _store.Masking.Vault.PublicKeyFile = _files.Public;
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _key.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task Each_value_is_sealed_once_in_a_batch_across_batches_and_processes()
    {
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => WriteAsync(_store.Provider, i % 50)));
        var first = await SealedAsync();
        Assert.Equal(Values(0, 50), first.Select(Reveal).Order());

        await using var another = _store.Beside();
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => WriteAsync(another, i % 60)));

        var second = await SealedAsync();
        Assert.Equal(Values(0, 60), second.Select(Reveal).Order());
        Assert.All(first, value => Assert.Contains(second, other => other.Sealed.AsSpan().SequenceEqual(value.Sealed)));
        Assert.Equal(600, await _store.CountAsync());
    }

    [Fact]
    public async Task An_entry_names_its_key_and_generation_and_is_signed_for_its_mask()
    {
        await WriteAsync(_store.Provider, 1);

        var entry = Assert.Single(await SealedAsync());

        _ = _key.Open(entry.Field, entry.Sealed, out var mask);
        Assert.Equal(entry.Mask, mask.ToString());
        Assert.Equal((1, _key.KeyId), (entry.Generation, entry.KeyId));
        Assert.True(VaultSigner.Of(_store.Masking).Verifier.Verify(
            PiiField.DeviceId, entry.Mask, entry.KeyId!, entry.Sealed, entry.Signature));
    }

    [Fact]
    public async Task Writers_that_race_with_the_same_values_in_opposite_order_seal_each_once_and_fault_none()
    {
        await using var other = _store.Beside();

        await Task.WhenAll(
            Enumerable.Range(0, 500).Select(i => WriteAsync(_store.Provider, i))
                .Concat(Enumerable.Range(0, 500).Reverse().Select(i => WriteAsync(other, i))));

        Assert.Equal(1000, await _store.CountAsync());
        Assert.Equal(500L, await _store.ScalarAsync("SELECT count(*) FROM pii_vault"));
    }

    [Fact]
    public async Task Two_transactions_that_insert_the_same_values_at_once_never_wait_for_each_other()
    {
        await _store.ScalarAsync(
            """
            CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;
            CREATE TRIGGER dawdle BEFORE INSERT ON pii_vault FOR EACH ROW EXECUTE FUNCTION dawdle()
            """);
        await using var table = await TableLock.TakeAsync(_store.ConnectionString, "pii_vault");
        var there = SealAsync(Enumerable.Range(0, 20));
        var back = SealAsync(Enumerable.Range(0, 20).Reverse());
        await table.WaitForBlockedAsync(atLeast: 2);

        await table.ReleaseAsync();

        // With a deadlock PostgreSQL would have ended one of them with 40P01.
        Assert.Equal(20, await there + await back);
        Assert.Equal(Values(0, 20), (await SealedAsync()).Select(Reveal).Order());
    }

    [Fact]
    public async Task A_rejected_row_leaves_no_sealed_values_and_the_rest_of_its_batch_keeps_theirs()
    {
        int[] bad = [0, 99, 100, 199];

        var writes = Enumerable.Range(0, 200)
            .Select(i => WriteAsync(_store.Provider, i, userId: bad.Contains(i) ? "\0" : "u")).ToArray();
        await Task.WhenAll(writes.Select(write => write.ContinueWith(_ => { }, TaskScheduler.Default)));

        Assert.Equal(bad, Enumerable.Range(0, 200).Where(i => writes[i].IsFaulted));
        Assert.Equal(Values(0, 200).Except(bad.Select(Value)), (await SealedAsync()).Select(Reveal).Order());
        Assert.Equal(196, await _store.CountAsync());
    }

    [Fact]
    public async Task A_message_delivered_again_does_not_bring_back_what_was_erased()
    {
        var id = Guid.NewGuid();
        await WriteAsync(_store.Provider, 1, messageId: id);
        await _store.ScalarAsync("DELETE FROM pii_vault");

        await WriteAsync(_store.Provider, 1, messageId: id);
        Assert.Empty(await SealedAsync());

        await WriteAsync(_store.Provider, 1);
        Assert.Equal([Value(1)], (await SealedAsync()).Select(Reveal));
    }

    [Fact]
    public async Task A_row_without_values_or_message_id_is_written_beside_others()
    {
        await Task.WhenAll(
            _store.Writer.WriteAsync(
                new UserLogin { UserId = "u", AppVersion = 1, CreateDate = new DateOnly(2026, 1, 2) }),
            WriteAsync(_store.Provider, 1));

        Assert.Equal(2, await _store.CountAsync());
        Assert.Single(await SealedAsync());
    }

    [Fact]
    public async Task Without_a_vault_nothing_is_sealed()
    {
        _store.Masking.Vault.PublicKeyFile = null;

        await WriteAsync(_store.Provider, 1);

        Assert.Empty(await SealedAsync());
    }

    [Fact]
    public async Task A_missing_table_holds_the_rows_and_is_logged_with_its_remedy()
    {
        await _store.ScalarAsync("ALTER TABLE pii_vault RENAME TO elsewhere");

        var held = WriteAsync(_store.Provider, 1);
        await _store.Logs.WaitForAsync(
            "PostgreSQL cannot commit logins (42P01): a table does not exist");
        Assert.Equal(0, await _store.CountAsync());
        Assert.False(_store.Writer.WaitForOutageEndAsync().IsCompleted);

        await _store.ScalarAsync("ALTER TABLE elsewhere RENAME TO pii_vault");
        await held;
        Assert.Equal(1, await _store.CountAsync());
        Assert.Single(await SealedAsync());
    }

    [Fact]
    public async Task A_missing_right_holds_the_rows_and_the_logged_grant_is_the_remedy()
    {
        var role = await _store.UseRoleAsync();

        var held = WriteAsync(_store.Provider, 1);
        await _store.Logs.WaitForAsync("PostgreSQL cannot commit logins (42501): the role lacks a right");
        Assert.Contains(
            _store.Logs.Texts,
            text => text.Contains("with a vault SELECT and INSERT on pii_vault", StringComparison.Ordinal));
        Assert.Equal(0, await _store.CountAsync());

        await _store.ScalarAsync($"GRANT SELECT, INSERT ON pii_vault TO {role}");
        await held;
        Assert.Single(await SealedAsync());
    }

    [Theory]
    [InlineData("ADD CONSTRAINT none CHECK (created_at IS NULL)", "DROP CONSTRAINT none", "23514")]
    [InlineData("ALTER mask TYPE varchar(20)", "ALTER mask TYPE varchar(256)", "22001")]
    public async Task A_table_that_rejects_sealed_values_loses_no_login(
        string change, string remedy, string sqlState)
    {
        await _store.ScalarAsync($"ALTER TABLE pii_vault {change}");

        var held = WriteAsync(_store.Provider, 1);
        await _store.Logs.WaitForAsync($"pii_vault is not as expected (SQLSTATE {sqlState}): recreate it as the " +
            "migrations do.");
        Assert.Equal(0, await _store.CountAsync());

        await _store.ScalarAsync($"ALTER TABLE pii_vault {remedy}");
        await held;
        Assert.Single(await SealedAsync());
    }

    [Fact]
    public async Task A_connection_cut_before_the_commit_leaves_one_row_and_one_sealed_value()
    {
        await using (var table = await _store.LockTableAsync())
        {
            var held = WriteAsync(_store.Provider, 1);
            await table.WaitForBlockedAsync(atLeast: 1);
            await table.TerminateBlockedAsync();
            await table.ReleaseAsync();
            await held;
        }

        Assert.Equal(1, await _store.CountAsync());
        Assert.Single(await SealedAsync());
    }

    private static string Value(int i) => string.Create(CultureInfo.InvariantCulture, $"canary-{i:D4}");

    private static IEnumerable<string> Values(int from, int to) => Enumerable.Range(from, to - from).Select(Value);

    private static Task WriteAsync(IServiceProvider services, int value, Guid? messageId = null, string userId = "u")
    {
        var text = new PersonalText(Value(value));
        var mask = services.GetRequiredService<IPiiMasker>().Mask(PiiField.DeviceId, text)!;
        var login = new UserLogin
        {
            UserId = userId,
            MaskedDeviceId = mask,
            AppVersion = 1,
            CreateDate = new DateOnly(2026, 1, 2),
            MessageId = messageId ?? Guid.NewGuid(),
        };
        return services.GetRequiredService<LoginWriter>()
            .WriteAsync(login, [new VaultValue(PiiField.DeviceId, mask, text)], sentTime: null, CancellationToken.None);
    }

    private async Task<int> SealAsync(IEnumerable<int> values)
    {
        await using var context = _store.Session();
        await using var transaction = await context.BeginTransactionAsync();
        var vault = PiiVault.Of(_store.Masking)!;
        var masker = new KeyedPiiMasker(_store.Masking);
        var count = await vault.SealAsync(
            context,
            values.Select(i => new PersonalText(Value(i)))
                .Select(value => new VaultValue(PiiField.Ip, masker.Mask(PiiField.Ip, value)!, value)),
            CancellationToken.None);
        await transaction.CommitAsync();
        return count;
    }

    private string Reveal(SealedValue value) => _key.Open(value.Field, value.Sealed, out _).Reveal();

    private async Task<List<SealedValue>> SealedAsync()
    {
        await using var context = _store.Context();
        return await context.SealedValues.AsNoTracking().ToListAsync();
    }
}

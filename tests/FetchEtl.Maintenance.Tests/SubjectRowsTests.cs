using System.Text.Json;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>A person's rows, of every generation, are masked again or deleted for good, and nobody else's.</summary>
public sealed class SubjectRowsTests : IAsyncLifetime
{
    private static readonly string[] Keys = [TestKeys.First, TestKeys.Second, TestKeys.Third];
    private static readonly PersonalText Theirs = new("192.0.2.1");

    private MaintenanceStore _store = null!;

    public async Task InitializeAsync() => _store = await MaintenanceStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Rows_of_every_generation_are_masked_again_with_a_random_mask_each()
    {
        var mine = await WriteAsync(Theirs, generations: 3);
        await WriteAsync(new PersonalText("192.0.2.2"), generations: 3);
        var before = await RowsAsync();
        await using var session = _store.Session();

        // Another spelling of the same address.
        var rows = Rows(session, PiiField.Ip, "::ffff:192.0.2.1");
        Assert.Equal(3, (await rows.CountAsync(CancellationToken.None)).Rows);
        Assert.Equal(3, await MaskAgainAsync());
        Assert.Equal(0, await MaskAgainAsync());

        var after = await RowsAsync();
        Assert.Equal(
            before.Where(row => !mine.Contains(row.Id!.Value)), after.Where(row => !mine.Contains(row.Id!.Value)));
        var changed = after.Where(row => mine.Contains(row.Id!.Value)).ToList();
        Assert.Equal(3, changed.Count);
        var texts = changed.SelectMany(row => new[] { row.Ip, row.Device, row.User }).ToList();
        Assert.Equal(9, texts.Distinct().Count());
        Assert.Empty(texts.Intersect(before.SelectMany(row => new[] { row.Ip, row.Device, row.User })));
        Assert.All(changed, row => Assert.Equal(
            Generation(before.Single(old => old.Id == row.Id).Ip), Generation(row.Ip)));
        Assert.All(changed, row => Assert.StartsWith(RandomMask.ErasedPrefix, row.User, StringComparison.Ordinal));

        Task<long> MaskAgainAsync() =>
            rows.MaskAgainAsync(new RandomMask(), Vault(session), progress: null, CancellationToken.None);
    }

    [Fact]
    public async Task An_address_that_is_another_ones_mask_in_another_generation_is_not_taken_for_it()
    {
        var options = MaintenanceStore.Masking(Keys[..2]);
        options.Methods["ip"] = MaskingMethod.IpCryptPfx;
        var masker = new KeyedPiiMasker(options);
        options = MaintenanceStore.Masking(Keys[..1]);
        options.Methods["ip"] = MaskingMethod.IpCryptPfx;
        var mask = new KeyedPiiMasker(options).Mask(PiiField.Ip, Theirs)!;
        await InsertAsync(LookAlike("mine", 1), LookAlike("another's", 2));
        await using var session = _store.Session();

        var mine = new SubjectRows(
            session, Subject(PiiField.Ip, Theirs.Reveal()), TimeProvider.System);
        var theirs = new SubjectRows(
            session,
            Subject(PiiField.Ip, masker.Unmask(PiiField.Ip, mask, generation: 2)!.Value.Reveal()),
            TimeProvider.System);

        Assert.Equal("mine", UserId(await mine.ReadAsync(CancellationToken.None)));
        Assert.Equal("another's", UserId(await theirs.ReadAsync(CancellationToken.None)));

        UserLogin LookAlike(string user, short generation) => new()
        {
            UserId = user,
            MaskedIp = mask,
            MaskGeneration = generation,
            MessageId = Guid.NewGuid(),
        };

        static string? UserId(IReadOnlyList<JsonElement> rows) =>
            Assert.Single(rows).GetProperty("user_id").GetString();
    }

    [Fact]
    public async Task A_user_id_is_found_raw_and_masked()
    {
        await InsertAsync(Row("ann"), Row(Masker(1).Mask(PiiField.UserId, new PersonalText("ann"))!), Row("bob"));
        await using var session = _store.Session();

        var found = await Rows(session, PiiField.UserId, "ann").CountAsync(CancellationToken.None);

        Assert.Equal(new SubjectRowCounts(2, new DateOnly(2026, 1, 2), new DateOnly(2026, 1, 2)), found);
    }

    [Fact]
    public async Task Deleted_rows_do_not_come_back_with_their_messages_and_other_rows_stay()
    {
        var mine = await WriteAsync(Theirs, generations: 2);
        var others = await WriteAsync(new PersonalText("192.0.2.2"), generations: 2);
        await InsertAsync(Row("no message", Theirs, id: null));
        await using var session = _store.Session();
        var rows = Rows(session, PiiField.Ip, Theirs.Reveal());

        Assert.Equal(3, await rows.DeleteAsync(Vault(session), waiting: null, CancellationToken.None));
        Assert.Equal(0, await rows.DeleteAsync(Vault(session), waiting: null, CancellationToken.None));
        Assert.Equal(0, await session.InsertAsync([.. mine.Select(id => Row("again", Theirs, id))]));

        Assert.Equal(others.Order(), (await RowsAsync()).Select(row => row.Id!.Value).Order());
        Assert.Equal(2, await _store.ScalarAsync<long>("SELECT count(*) FROM erased_messages"));
    }

    [Fact]
    public async Task An_erasure_in_one_transaction_would_let_an_insert_that_waits_for_it_bring_the_row_back()
    {
        var row = Row("u", Theirs, Guid.NewGuid());
        await InsertAsync(row);
        await using var source = NpgsqlDataSource.Create(_store.AdminConnectionString);
        await using var erasing = await source.OpenConnectionAsync();
        await using var transaction = await erasing.BeginTransactionAsync();
        await ExecuteAsync(
            erasing,
            $"DELETE FROM user_logins; INSERT INTO erased_messages (message_id) VALUES ('{row.MessageId}')");
        await using var session = _store.Session();
        var insert = session.InsertAsync([row]);
        await UntilOneWaitsAsync();
        await transaction.CommitAsync();

        Assert.Equal(1, await insert);
    }

    [Fact]
    public async Task An_insert_that_began_before_the_erasure_does_not_bring_the_row_back()
    {
        var (row, first) = (Row("u", Theirs, Guid.NewGuid()), Row("first", new PersonalText("a"), Guid.NewGuid()));
        await InsertAsync(row);

        // The insert has its snapshot, and waits at its first row for a transaction that has not ended.
        await using var source = NpgsqlDataSource.Create(_store.AdminConnectionString);
        await using var holding = await source.OpenConnectionAsync();
        await using var transaction = await holding.BeginTransactionAsync();
        await ExecuteAsync(holding, $"INSERT INTO user_logins (message_id) VALUES ('{first.MessageId}')");
        await using var inserting = _store.Session();
        var insert = inserting.InsertAsync([first, row]);
        await UntilOneWaitsAsync();
        await using var session = _store.Session();
        var waits = new TaskCompletionSource<int>();
        var erasure = Rows(session, PiiField.Ip, Theirs.Reveal()).DeleteAsync(
            Vault(session), count => waits.TrySetResult(count), CancellationToken.None);

        Assert.Equal(2, await waits.Task);
        Assert.Equal(1, await _store.ScalarAsync<long>("SELECT count(*) FROM user_logins"));
        await transaction.RollbackAsync();

        Assert.Equal((1, 1L), (await insert, await erasure));
        Assert.Equal("first", await _store.ScalarAsync<string>("SELECT user_id FROM user_logins"));
    }

    [Fact]
    public async Task The_vault_loses_what_only_the_persons_rows_refer_to_and_keeps_what_others_share()
    {
        var (own, shared) = (new PersonalText("192.0.2.7"), new PersonalText("192.0.2.8"));
        var (ann, bob) = (Masker(3).Mask(PiiField.UserId, new("ann"))!, Masker(3).Mask(PiiField.UserId, new("bob"))!);
        await InsertAsync(
            Row(ann, own, Guid.NewGuid(), 2), Row(ann, shared, Guid.NewGuid(), 3), Row(bob, shared, Guid.NewGuid(), 1));
        await using var session = _store.Session();
        string[] masks =
        [
            ann, bob, .. new[] { own, shared }.Select(ip => Masker(3).Mask(PiiField.Ip, ip)!),
            Masker(1).Mask(PiiField.Ip, own)!,
        ];
        foreach (var (mask, field) in masks.Zip(["user_id", "user_id", "ip", "ip", "ip"]))
        {
            await _store.ScalarAsync<long>(
                $"INSERT INTO pii_vault (mask, field, sealed) VALUES ('{mask}', '{field}', '') RETURNING 1::bigint");
        }

        var vault = new SubjectVault(
            session,
            Subject(PiiField.UserId, "ann"),
            Masker(3));

        // Either copy shows the address, and both go.
        Assert.Equal(2, (await vault.FindAsync(CancellationToken.None)).Count);
        Assert.Equal(3, await vault.EraseAsync(CancellationToken.None));

        var left = await _store.QueryAsync("SELECT mask FROM pii_vault", reader => reader.GetString(0));
        Assert.Equal(new[] { masks[1], masks[3] }.Order(), left.Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_login_that_comes_while_the_person_is_erased_leaves_no_sealed_value_behind(bool deletes)
    {
        var (user, shared) = (new PersonalText("ann"), new PersonalText("192.0.2.8"));
        await InsertAsync(Row(Masker(3).Mask(PiiField.UserId, new("bob"))!, shared, Guid.NewGuid(), 3));
        await using var session = _store.Session();
        var vault = new SubjectVault(session, Subject(PiiField.UserId, user.Reveal()), Masker(3));
        var rows = Rows(session, PiiField.UserId, user.Reveal());
        Assert.Equal(0, await vault.EraseAsync(CancellationToken.None));

        // Two logins with their sealed values, after the vault was erased.
        var mask = Masker(3).Mask(PiiField.UserId, user)!;
        await InsertAsync(Row(mask, Theirs, Guid.NewGuid(), 3), Row(mask, shared, Guid.NewGuid(), 3));
        foreach (var (field, value) in new[] { (PiiField.UserId, user), (PiiField.Ip, Theirs), (PiiField.Ip, shared) })
        {
            await _store.ExecuteAsync(
                $"INSERT INTO pii_vault (mask, field, sealed) VALUES ('{Masker(3).Mask(field, value)}', " +
                $"'{field.Name()}', '')");
        }

        Assert.Equal(2, deletes
            ? await rows.DeleteAsync(vault, waiting: null, CancellationToken.None)
            : await rows.MaskAgainAsync(new RandomMask(), vault, progress: null, CancellationToken.None));

        Assert.Equal(2, vault.Erased);
        Assert.Equal(
            [Masker(3).Mask(PiiField.Ip, shared)!],
            await _store.QueryAsync("SELECT mask FROM pii_vault", reader => reader.GetString(0)));
    }

    [Fact]
    public async Task A_row_with_look_alikes_has_none_after_the_erasure_since_a_random_one_would_be_somebodys()
    {
        await InsertAsync(new UserLogin
        {
            UserId = "ann",
            MaskedIp = "192.0.2.77",
            MaskedDeviceId = "123456",
            MaskGeneration = 1,
            MessageId = Guid.NewGuid(),
        });
        await using var session = _store.Session();
        var rows = Rows(session, PiiField.UserId, "ann");

        Assert.Equal(1, await rows.MaskAgainAsync(
            new RandomMask(), Vault(session), progress: null, CancellationToken.None));

        Assert.Equal(1, await _store.ScalarAsync<long>(
            """
            SELECT count(*) FROM user_logins WHERE masked_ip IS NULL AND masked_device_id IS NULL
                AND mask_generation IS NULL AND user_id LIKE 'erased:%'
            """));
    }

    private static string Generation(string mask) => mask.Split(':')[0];

    private static KeyedPiiMasker Masker(int generations) => new(MaintenanceStore.Masking(Keys[..generations]));

    private static Subject Subject(PiiField field, string value) =>
        new(new KeyedPiiMasker(MaintenanceStore.Masking(Keys)), field, [new PersonalText(value)]);

    private static SubjectVault Vault(LoginDatabase session) =>
        new(session, Subject(PiiField.Ip, Theirs.Reveal()), Masker(3));

    private static SubjectRows Rows(LoginDatabase session, PiiField field, string value) =>
        new(session, Subject(field, value), TimeProvider.System);

    private static UserLogin Row(string userId) => Row(userId, Theirs, Guid.NewGuid());

    private static UserLogin Row(string userId, PersonalText ip, Guid? id, int generations = 1) => new()
    {
        UserId = userId,
        MaskedIp = Masker(generations).Mask(PiiField.Ip, ip),
        MaskedDeviceId = Masker(generations).Mask(PiiField.DeviceId, new PersonalText("000-00-0001")),
        AppVersion = 1,
        CreateDate = new DateOnly(2026, 1, 2),
        MessageId = id,
    };

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Writes a row for each generation, and returns their message ids.</summary>
    private async Task<Guid[]> WriteAsync(PersonalText ip, int generations)
    {
        var ids = Enumerable.Range(1, generations).Select(_ => Guid.NewGuid()).ToArray();
        await InsertAsync([.. ids.Select((id, i) => Row($"user {i}", ip, id, i + 1))]);
        return ids;
    }

    private async Task InsertAsync(params UserLogin[] rows)
    {
        await using var session = _store.Session();
        Assert.Equal(rows.Length, await session.InsertAsync(rows));
    }

    private Task<List<(Guid? Id, string Ip, string Device, string User)>> RowsAsync() => _store.QueryAsync(
        "SELECT message_id, masked_ip, masked_device_id, user_id FROM user_logins ORDER BY message_id",
        reader => (
            reader.IsDBNull(0) ? (Guid?)null : reader.GetGuid(0),
            reader.GetString(1), reader.GetString(2), reader.GetString(3)));

    private async Task UntilOneWaitsAsync()
    {
        while (await _store.ScalarAsync<long>(
            """
            SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid' AND pid IN
                (SELECT pid FROM pg_stat_activity WHERE datname = current_database())
            """) == 0)
        {
            await Task.Yield();
        }
    }
}

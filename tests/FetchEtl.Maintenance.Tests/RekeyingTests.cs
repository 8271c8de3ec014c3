using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.Maintenance.Tests;

public sealed class RekeyingTests : IAsyncLifetime
{
    private static readonly MaskedColumn Ip = new("masked_ip", PiiField.Ip);

    private readonly MaskingOptions _old = MaintenanceStore.Masking(TestKeys.First);
    private readonly MaskingOptions _new = MaintenanceStore.Masking(TestKeys.First, TestKeys.Second);
    private MaintenanceStore _store = null!;

    public async Task InitializeAsync() => _store = await MaintenanceStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task All_rows_are_of_one_generation_afterwards_and_the_counts_say_so()
    {
        await WriteAsync(_old, 0, 500);
        await WriteAsync(_new, 400, 200);

        var summary = await _store.RekeyAsync(_new);

        Assert.Empty(summary.Left);
        Assert.Equal(500, summary.Rows);
        Assert.Equal((500, 200), (summary.Before[0].Generations[1], summary.Before[0].Generations[2]));
        Assert.Equal(new Dictionary<int, long> { [2] = 700 }, summary.After[0].Generations);
        Assert.Equal((600, 600, 600), (summary.Values[0].Before, summary.Values[0].Kept, summary.Values[0].After));
        Assert.Equal(600, await _store.ScalarAsync<long>("SELECT count(DISTINCT masked_ip) FROM user_logins WHERE " +
            "masked_ip LIKE '2:%'"));
        Assert.Equal(700, summary.After[1].Nulls);
        Assert.Equal(0, (await _store.RekeyAsync(_new)).Rows);
    }

    [Fact]
    public async Task From_its_beginning_on_a_process_without_the_new_key_is_refused()
    {
        await WriteAsync(_old, 0, 10);
        await _store.RekeyAsync(_new);

        Assert.StartsWith("user_logins holds masks of generation " +
            "2, ", await RefusalAsync(_old), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_another_key_nothing_is_changed()
    {
        await WriteAsync(_old, 0, 10);
        await _store.RekeyAsync(_old);

        Assert.StartsWith(
            "Masking:Keys:0 (or Masking:KeyFiles:0) is not the key of generation 1",
            await RefusalAsync(MaintenanceStore.Masking(TestKeys.Third, TestKeys.Second)),
            StringComparison.Ordinal);

        Assert.Equal(10, await _store.ScalarAsync<long>("SELECT count(*) FROM user_logins WHERE masked_ip LIKE '1:%'"));
    }

    [Fact]
    public async Task Rows_of_a_generation_above_the_rings_are_refused()
    {
        await WriteAsync(MaintenanceStore.Masking(TestKeys.First, TestKeys.Second, TestKeys.Third), 0, 1);

        Assert.Equal(
            "user_logins holds masks of generation 3, and Masking:Keys and Masking:KeyFiles give 2: add the keys " +
            "that are missing, in their order.",
            await RefusalAsync(_new));
    }

    [Fact]
    public async Task Rows_that_a_forgotten_process_goes_on_writing_are_told_instead_of_walking_for_ever()
    {
        await WriteAsync(_old, 0, 10);
        var mask = Mask(_old, "192.0.2.1");

        var summary = await _store.RekeyAsync(_new, progress: at =>
        {
            if (at.Done == at.Total)
            {
                _store.Execute($"INSERT INTO user_logins (masked_ip) VALUES ('{mask}')");
            }
        });

        Assert.StartsWith("user_logins.masked_ip still gets masks of older generations, 1 are " +
            "there", Assert.Single(summary.Left), StringComparison.Ordinal);
        Assert.Empty((await _store.RekeyAsync(_new)).Left);
    }

    [Fact]
    public async Task Raw_values_beside_masks_are_left_and_adopt_is_told()
    {
        await WriteAsync(_old, 0, 3);
        await _store.ExecuteAsync("INSERT INTO user_logins (masked_ip, user_id) VALUES ('192.0.2.77', NULL)");

        var summary = await _store.RekeyAsync(_new);

        Assert.Equal(
            "user_logins.masked_ip holds 1 values that are not masks, and they were left as they are: mask them by " +
            "'fetch-etl adopt --table user_logins --column masked_ip=ip'.",
            Assert.Single(summary.Left));
        Assert.Equal(3, summary.Rows);
        Assert.Equal(1, await _store.ScalarAsync<long>("SELECT count(*) FROM user_logins WHERE masked_ip = " +
            "'192.0.2.77'"));
    }

    [Fact]
    public async Task Another_table_is_rekeyed_by_its_name_whatever_it_is_called()
    {
        await _store.ExecuteAsync(
            $"""
            CREATE SCHEMA "Old One"; CREATE TABLE "Old One"."Log ins" ("the ""i"" p" text);
            INSERT INTO "Old One"."Log ins" VALUES ('{Mask(_old, "192.0.2.1")}')
            """);

        await _store.RekeyAsync(_new, "\"Old One\".\"Log ins\"", [new MaskedColumn("the \"i\" p", PiiField.Ip)]);

        Assert.Equal(
            Mask(_new, "192.0.2.1"), await _store.ScalarAsync<string>("SELECT * FROM \"Old One\".\"Log ins\""));
    }

    [Fact]
    public async Task A_row_that_is_updated_while_rekeying_waits_for_its_lock_is_rekeyed_all_the_same()
    {
        await WriteAsync(_old, 0, 1);
        await using var session = _store.Session();
        await session.OpenAsync();
        await session.ExecuteAsync("BEGIN; UPDATE user_logins SET locale = 'XX'", CancellationToken.None);

        var rekey = _store.RekeyAsync(_new);
        while (await _store.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0)
        {
            Assert.False(rekey.IsCompleted);
        }

        await session.ExecuteAsync("COMMIT", CancellationToken.None);

        Assert.Empty((await rekey).Left);
        Assert.Equal(1, await _store.ScalarAsync<long>("SELECT count(*) FROM user_logins WHERE masked_ip LIKE '2:%' " +
            "AND locale = 'XX'"));
    }

    [Fact]
    public async Task A_constraint_that_refuses_masks_is_named_without_a_value()
    {
        await WriteAsync(_old, 0, 1);
        await _store.ExecuteAsync("ALTER TABLE user_logins ADD CONSTRAINT only_first CHECK (masked_ip LIKE '1:%')");

        var refusal = await RefusalAsync(_new);

        Assert.StartsWith("user_logins rejects a mask by its constraint only_first (SQLSTATE 23514): drop " +
            "that", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain(Mask(_old, "10.0.0.0")!, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT 1", "nowhere", "There is no table nowhere")]
    [InlineData("SELECT 1", "a..b", "There is no table a..b")]
    [InlineData("CREATE TABLE t (x text)", "t", "t has no column masked_ip")]
    [InlineData("CREATE TABLE t (masked_ip varchar(65))", "t", "t.masked_ip is character varying(65), and a mask is " +
        "a text of 66 characters: ALTER TABLE t ALTER COLUMN masked_ip TYPE varchar(256);")]
    [InlineData("CREATE TABLE t (masked_ip char(66))", "t", "ALTER TABLE t ALTER COLUMN masked_ip TYPE varchar(256) " +
        "USING masked_ip::text;")]
    [InlineData("CREATE TABLE t (masked_ip cidr)", "t", "ALTER TABLE t ALTER COLUMN masked_ip TYPE varchar(256) " +
        "USING host(masked_ip);")]
    [InlineData("CREATE TABLE t (masked_ip inet)", "t", "ALTER TABLE t ALTER COLUMN masked_ip TYPE varchar(256) " +
        "USING host(masked_ip);")]
    [InlineData("CREATE TABLE t (x text, masked_ip text GENERATED ALWAYS AS (x) STORED)", "t",
        "t.masked_ip is generated from other columns")]
    [InlineData("CREATE VIEW t AS SELECT ''::text AS masked_ip", "t", "t is not a table, but a view")]
    [InlineData("CREATE TABLE t (masked_ip text) PARTITION BY LIST (masked_ip); CREATE FOREIGN DATA WRAPPER w; " +
        "CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE t1 PARTITION OF t DEFAULT SERVER s", "t",
        "t has partitions that are foreign tables or of another storage, whose rows cannot be found by their place: " +
        "t1:")]
    [InlineData("CREATE TABLE t (masked_ip text); CREATE TABLE t1 () INHERITS (t)", "t", "t has tables that inherit " +
        "from it")]
    [InlineData("DROP TABLE pii_vault", "user_logins", "There is no table pii_vault: create it by 'fetch-etl " +
        "migrate'.")]
    public async Task What_cannot_be_rekeyed_is_refused_with_the_remedy(string setUp, string table, string refusal)
    {
        await _store.ExecuteAsync(setUp);

        Assert.Contains(refusal, await RefusalAsync(_new, table), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_told_statement_makes_an_address_column_fit()
    {
        await _store.ExecuteAsync("CREATE TABLE t (masked_ip inet); INSERT INTO t VALUES ('192.0.2.1'), " +
            "('2001:db8::1')");

        var refusal = await RefusalAsync(_new, "t");
        await _store.ExecuteAsync(refusal[refusal.IndexOf("ALTER TABLE", StringComparison.Ordinal)..].Split(';')[0]);

        Assert.Equal(["192.0.2.1", "2001:db8::1"], await _store.QueryAsync("SELECT masked_ip FROM t ORDER BY " +
            "1", reader => reader.GetString(0)));
        Assert.Empty((await _store.AdoptAsync(_new, "t", [Ip])).Left);
    }

    [Fact]
    public async Task A_missing_right_and_hidden_rows_are_told_with_what_to_grant()
    {
        var role = await _store.UseRoleAsync();
        Assert.Equal("The role lacks a right on user_logins: GRANT SELECT, UPDATE ON user_logins to " +
            "it.", await RefusalAsync(_new));

        await _store.ExecuteAsync($"GRANT SELECT, UPDATE ON user_logins TO {role}");
        Assert.Contains("GRANT SELECT, INSERT, UPDATE, DELETE ON " +
            "pii_vault", await RefusalAsync(_new), StringComparison.Ordinal);

        await _store.ExecuteAsync($"GRANT SELECT, INSERT, UPDATE, DELETE ON pii_vault TO {role}");
        await WriteAsync(_old, 0, 5);
        Assert.Equal(5, (await _store.RekeyAsync(_new)).Rows);

        await _store.ExecuteAsync("ALTER TABLE user_logins ENABLE ROW LEVEL SECURITY");
        Assert.StartsWith("user_logins has row-level security", await RefusalAsync(_new), StringComparison.Ordinal);
    }

    private static string? Mask(MaskingOptions ring, string ip) =>
        new KeyedPiiMasker(ring).Mask(PiiField.Ip, new PersonalText(ip));

    private async Task<string> RefusalAsync(MaskingOptions ring, string table = "user_logins") =>
        Assert.Single(
            (await Assert.ThrowsAsync<MaskingRefusedException>(() => _store.RekeyAsync(ring, table, [Ip]))).Problems);

    private async Task WriteAsync(MaskingOptions ring, int first, int count)
    {
        var masker = new KeyedPiiMasker(ring);
        await using var session = _store.Session();
        await session.InsertAsync([.. Enumerable.Range(first, count).Select(i => new UserLogin
        {
            MaskedIp = masker.Mask(PiiField.Ip, new PersonalText($"10.0.{i / 256}.{i % 256}")),
            MessageId = Guid.NewGuid(),
        })]);
    }
}

using System.Security.Cryptography;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.Logins.Tests;

/// <summary>A process whose masking does not match the table writes nothing.</summary>
public sealed class StoredMasksVerifierTests : IAsyncLifetime
{
    private const string Generations = "SELECT string_agg(concat_ws(' ', generation, key_check), ', ' ORDER BY " +
        "generation) FROM masking_generations";

    private static readonly string[] Checks =
    [
        .. new[] { TestKeys.First, TestKeys.Second, TestKeys.Third }
            .Select(key => new KeyedPiiMasker(Masking(key)).KeyCheck(1)),
    ];

    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task The_first_row_records_the_generations_with_their_checks_and_the_next_process_adds_its_new_one()
    {
        _store.Masking = Masking(TestKeys.First, TestKeys.Second);
        await _store.Writer.WriteAsync(LoginStore.Login());
        Assert.Equal($"1 {Checks[0]}, 2 {Checks[1]}", await _store.ScalarAsync(Generations));

        _store.Masking = Masking(TestKeys.First, TestKeys.Second, TestKeys.Third);
        await StartAgainAsync();

        Assert.Equal($"1 {Checks[0]}, 2 {Checks[1]}, 3 {Checks[2]}", await _store.ScalarAsync(Generations));
    }

    [Fact]
    public async Task A_generation_without_a_check_gets_the_check_of_the_key_that_an_operator_registers()
    {
        await _store.ScalarAsync("INSERT INTO masking_generations (generation) VALUES (1)");
        Assert.Contains("'fetch-etl keys register'", Assert.Single(await RefusalAsync()), StringComparison.Ordinal);

        await using (var session = _store.Session())
        {
            await _store.Provider.GetRequiredService<StoredMasksVerifier>()
                .RegisterAsync(session, CancellationToken.None);
        }

        Assert.Equal($"1 {Checks[0]}", await _store.ScalarAsync(Generations));
        await StartAgainAsync();
    }

    [Fact]
    public async Task A_check_of_the_keys_names_a_wrong_one_and_writes_nothing()
    {
        await CheckAsync(TestKeys.First);
        Assert.Equal(string.Empty, await _store.ScalarAsync($"SELECT coalesce(({Generations}), '')"));

        await _store.Writer.WriteAsync(LoginStore.Login());
        await CheckAsync(TestKeys.First, TestKeys.Second);
        Assert.Equal($"1 {Checks[0]}", await _store.ScalarAsync(Generations));
        var refusal = await Assert.ThrowsAsync<MaskingRefusedException>(() => CheckAsync(TestKeys.Second));
        Assert.Contains("is not the key of generation 1", Assert.Single(refusal.Problems), StringComparison.Ordinal);

        async Task CheckAsync(params string[] keys)
        {
            await using var session = _store.Session();
            var masking = Masking(keys);
            await new StoredMasksVerifier(
                new KeyedPiiMasker(masking),
                Microsoft.Extensions.Options.Options.Create(new LoginsOptions { Masking = masking }))
                .CheckKeysAsync(session, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Fewer_generations_than_the_table_holds_are_rejected()
    {
        _store.Masking = Masking(TestKeys.First, TestKeys.Second, TestKeys.Third);
        await StartAgainAsync();

        _store.Masking = Masking(TestKeys.First);

        Assert.Equal(
            ["user_logins holds masks of generation 3, and Masking:Keys and Masking:KeyFiles give 1: add the keys " +
                "that are missing, in their order."],
            await RefusalAsync());
    }

    [Fact]
    public async Task Keys_that_are_not_those_of_their_generations_are_each_named()
    {
        _store.Masking = Masking(TestKeys.First, TestKeys.Second, TestKeys.Third);
        await StartAgainAsync();

        _store.Masking = Masking(RandomKey(), RandomKey());

        Assert.Equal(
            [
                "Masking:Keys:0 (or Masking:KeyFiles:0) is not the key of generation 1 in user_logins: set that key, " +
                "and Masking:Former and Masking:Salt as they were. A new key is added as Masking:Keys:2 (or " +
                "Masking:KeyFiles:2). Where the old key is lost, use another database, or empty user_logins, " +
                "pii_vault and masking_generations.",
                "Masking:Keys:1 (or Masking:KeyFiles:1) is not the key of generation 2 in user_logins: set that key. " +
                "A new key is added as Masking:Keys:2 (or Masking:KeyFiles:2). Where the old key is lost, use " +
                "another database, or empty user_logins, pii_vault and masking_generations.",
            ],
            await RefusalAsync());
    }

    [Fact]
    public async Task Keys_in_another_order_are_named_with_their_places()
    {
        _store.Masking = Masking(TestKeys.First, TestKeys.Second);
        await StartAgainAsync();

        _store.Masking = Masking(TestKeys.Second, TestKeys.First);

        Assert.Equal(
            [
                "Masking:Keys:0 (or Masking:KeyFiles:0) is not the key of generation 1 in user_logins, and " +
                "Masking:Keys:1 (or Masking:KeyFiles:1) is: set the keys in the order in which they were added.",
                "Masking:Keys:1 (or Masking:KeyFiles:1) is not the key of generation 2 in user_logins, and " +
                "Masking:Keys:0 (or Masking:KeyFiles:0) is: set the keys in the order in which they were added.",
            ],
            await RefusalAsync());
    }

    [Fact]
    public async Task A_former_method_that_is_set_later_is_rejected()
    {
        await StartAgainAsync();

        _store.Masking.Former = MaskingMethod.Sha256;

        Assert.StartsWith("Masking:Keys:0 ", Assert.Single(await RefusalAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_weak_method_over_keyed_masks_is_rejected()
    {
        await StartAgainAsync();

        _store.Masking = new MaskingOptions { Method = MaskingMethod.Sha256, AllowWeak = true };

        Assert.Equal(
            ["user_logins holds masks of Masking:Method Hmac, generation 1: choose that method, with the keys it " +
                "had."], await RefusalAsync());
    }

    [Fact]
    public async Task Of_processes_that_start_at_once_with_different_keys_only_those_with_one_key_continue()
    {
        await using var locked = await _store.LockTableAsync("masking_generations");
        var starts = new[] { TestKeys.First, TestKeys.Second, TestKeys.First, TestKeys.Second }.Select(async key =>
        {
            await using var provider = _store.Beside(Masking(key));
            var refusal = await Record.ExceptionAsync(() => Startup(provider).StartingAsync(CancellationToken.None));
            return (Key: key, Refusal: refusal);
        }).ToArray();

        // Each has read that no generation is in use yet.
        await locked.WaitForBlockedAsync(atLeast: starts.Length);
        await locked.ReleaseAsync();
        var outcomes = await Task.WhenAll(starts);

        Assert.Equal(2, outcomes.Count(outcome => outcome.Refusal is MaskingRefusedException));
        var winner = Assert.Single(
            outcomes.Where(outcome => outcome.Refusal is null).Select(outcome => outcome.Key).Distinct());
        Assert.Equal($"1 {new KeyedPiiMasker(Masking(winner)).KeyCheck(1)}", await _store.ScalarAsync(Generations));
    }

    [Fact]
    public async Task A_column_too_narrow_for_masks_is_rejected_and_the_reported_statement_widens_it()
    {
        await _store.ScalarAsync("DROP VIEW user_logins_readable; ALTER TABLE user_logins ALTER user_id TYPE " +
            "varchar(65), ALTER masked_ip TYPE char(66)");

        var refusals = await RefusalAsync();
        Assert.Equal(2, refusals.Count);
        var refusal = refusals[1];
        Assert.StartsWith("user_logins.masked_ip is character(66), and a mask has 66 characters: widen it " +
            "by ", refusal, StringComparison.Ordinal);
        await _store.ScalarAsync(Statement(refusal));

        refusal = Assert.Single(await RefusalAsync());
        Assert.StartsWith("user_logins.user_id is character varying(65), and a mask has 66 characters: widen it " +
            "by ", refusal, StringComparison.Ordinal);
        await _store.ScalarAsync(Statement(refusal));
        await StartAgainAsync();
    }

    [Fact]
    public async Task A_start_without_the_database_succeeds_and_a_wrong_key_then_holds_the_rows_until_it_is_corrected()
    {
        await using (var before = _store.Beside(Masking(TestKeys.Second)))
        {
            await Startup(before).StartingAsync(CancellationToken.None);
        }

        var role = await _store.UseRoleAsync();
        await _store.ScalarAsync($"ALTER ROLE {role} NOLOGIN");
        await Startup(_store.Provider).StartingAsync(CancellationToken.None);
        var held = _store.Writer.WriteAsync(LoginStore.Login());
        await await Task.WhenAny(held, _store.Logs.WaitForAsync("PostgreSQL cannot commit logins (28000)"));

        await _store.ScalarAsync($"ALTER ROLE {role} LOGIN");
        await await Task.WhenAny(
            held,
            _store.Logs.WaitForAsync(
                "PostgreSQL cannot commit logins (MaskingRefusedException): Masking:Keys:0 (or Masking:KeyFiles:0) is "
                + "not the key"));
        var health = await _store.Provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.False(_store.Writer.WaitForOutageEndAsync().IsCompleted);
        Assert.False(held.IsCompleted);
        Assert.Equal(0, await _store.CountAsync());

        await _store.ScalarAsync("DELETE FROM masking_generations");
        await held;
        Assert.Equal(1, await _store.CountAsync());
    }

    [Fact]
    public async Task A_table_of_generations_that_rejects_its_rows_loses_no_login()
    {
        await _store.ScalarAsync("ALTER TABLE masking_generations ADD CONSTRAINT none CHECK (generation > 1)");

        var held = _store.Writer.WriteAsync(LoginStore.Login());
        await await Task.WhenAny(held, _store.Logs.WaitForAsync("masking_generations is not as expected (SQLSTATE " +
            "23514)"));
        await _store.ScalarAsync("ALTER TABLE masking_generations DROP CONSTRAINT none");

        await held;
    }

    [Fact]
    public async Task A_custom_masker_is_not_checked_against_the_generations()
    {
        _store.Services.AddSingleton<IPiiMasker>(new OwnMasker());
        await _store.ScalarAsync("INSERT INTO masking_generations VALUES (7, 'another')");

        await _store.Writer.WriteAsync(LoginStore.Login());

        Assert.Equal("7 another", await _store.ScalarAsync(Generations));
    }

    [Theory]
    [InlineData(MaskingMethod.Hmac, null, 0)]
    [InlineData(MaskingMethod.Sha256, null, 1)]
    [InlineData(MaskingMethod.SaltedSha256, "canary-salt", 1)]
    public async Task A_weak_method_logs_at_start_how_fast_it_can_be_reversed(
        MaskingMethod method, string? salt, int warnings)
    {
        _store.Masking = method == MaskingMethod.Hmac
            ? Masking(TestKeys.First)
            : new MaskingOptions { Method = method, AllowWeak = true, Salt = salt };

        await Startup(_store.Provider).StartingAsync(CancellationToken.None);

        Assert.Equal(warnings, _store.Logs.CountOf(2006));
        Assert.Equal(warnings, _store.Logs.Texts.Count(text => text.Contains("all IPv4 addresses in a " +
            "minute", StringComparison.Ordinal)));
        Assert.DoesNotContain(_store.Logs.Texts, text => text.Contains("canary-salt", StringComparison.Ordinal));
        Assert.Equal(1 - warnings, (long)(await _store.ScalarAsync("SELECT count(*) FROM masking_generations"))!);
    }

    [Fact]
    public async Task Masks_that_were_there_before_the_migration_are_named_and_need_their_key_registered()
    {
        var masker = new KeyedPiiMasker(Masking(TestKeys.First, TestKeys.Second));
        await _store.ScalarAsync(
            $"""
            DROP TABLE masking_generations; DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" > '20261121';
            INSERT INTO user_logins (masked_ip) VALUES ('{masker.Mask(PiiField.Ip, new PersonalText("192.0.2.1"))}')
            """);
        await LoginMigrations.MigrateAsync(_store.ConnectionString);

        await StartAgainAsync();
        Assert.Equal(1, _store.Logs.CountOf(2051));
        Assert.Contains(
            _store.Logs.Texts, text => text.Contains("row of generation 2 in", StringComparison.Ordinal));

        _store.Masking = Masking(TestKeys.First, TestKeys.Second);
        Assert.StartsWith(
            "user_logins holds masks of generation 2", Assert.Single(await RefusalAsync()), StringComparison.Ordinal);
    }

    private static string RandomKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private static MaskingOptions Masking(params string[] keys)
    {
        var options = new MaskingOptions();
        Array.ForEach(keys, options.Keys.Add);
        return options;
    }

    private static StoredMasksVerificationService Startup(IServiceProvider services) =>
        services.GetServices<IHostedService>().OfType<StoredMasksVerificationService>().Single();

    /// <summary>The SQL statement that a refusal names as the remedy.</summary>
    private static string Statement(string refusal) =>
        refusal[refusal.IndexOf("ALTER TABLE", StringComparison.Ordinal)..]
            .Split(';')[0];

    /// <summary>Runs the verification as another process would at its start.</summary>
    private async Task StartAgainAsync()
    {
        await using var provider = _store.Beside();
        await Startup(provider).StartingAsync(CancellationToken.None);
    }

    private async Task<IReadOnlyList<string>> RefusalAsync() =>
        (await Assert.ThrowsAsync<MaskingRefusedException>(StartAgainAsync)).Problems;

    private sealed class OwnMasker : IPiiMasker
    {
        public string? Mask(PiiField field, PersonalText? value) => "masked";
    }
}

using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// What decides the table's rows stands beside its generations, and a process that would write others is refused.
/// </summary>
public sealed class TableSettingsTests : IAsyncLifetime
{
    private static readonly string[] IpAndDevice = ["ip", "device_id"];

    private readonly VaultKeyFiles _files = new();
    private LoginStore _store = null!;

    public async Task InitializeAsync() => _store = await LoginStore.CreateAsync();

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task Each_difference_is_named_with_both_values_and_the_remedy_until_an_operator_vouches_for_it()
    {
        await StartAsync(_ => { });
        Action<LoginsOptions> other = options =>
        {
            Array.ForEach(IpAndDevice, options.Masking.Fields.Add);
            options.AppVersion.Encoding = AppVersionEncoding.Digits;
            options.Masking.Vault.PublicKeyFile = _files.Public;
        };

        var problems = await RefusalAsync(other);

        Assert.Equal(3, problems.Count);
        Assert.All(problems, text => Assert.Contains("'fetch-etl keys register'", text, StringComparison.Ordinal));
        Assert.StartsWith(
            "Masking:Fields is ip, device_id, and user_logins was written with ip, device_id, user_id: ",
            problems[0],
            StringComparison.Ordinal);
        Assert.StartsWith(
            "AppVersion:Encoding is Digits, and user_logins was written with Ordered: ",
            problems[1],
            StringComparison.Ordinal);
        Assert.StartsWith(
            $"Masking:Vault:PublicKeyFile is the key {WrittenForm.VaultKey(Options(other).Masking)![..16]}…, and " +
            "user_logins was written with no key: ",
            problems[2],
            StringComparison.Ordinal);
        Assert.Equal(problems, (await InspectAsync(other)).Differences);

        var registered = await RegisterAsync(other);
        Assert.Equal([1], registered.Generations);
        Assert.Equal(
            ["Masking:Fields", "AppVersion:Encoding", "Masking:Vault:PublicKeyFile"],
            registered.Changes.Select(change => change.Split(": ")[0]));
        Assert.Equal([PiiField.Ip, PiiField.DeviceId], registered.Table.Fields);
        await StartAsync(other);
        Assert.Empty((await InspectAsync(other)).Differences);
        Assert.Equal(2, (await RefusalAsync(_ => { })).Count);
    }

    [Theory]
    [InlineData("settings = NULL")]
    [InlineData("settings = replace(settings, ',user_id', '')")]
    [InlineData("settings = replace(settings, ',user_id', ''), mac = NULL")]
    [InlineData("settings = 'v9;anything', mac = NULL")]
    [InlineData("settings = NULL, mac = repeat('a', 64)")]
    public async Task Settings_that_nobody_with_the_keys_wrote_are_refused_until_an_operator_vouches(string change)
    {
        await StartAsync(_ => { });
        await _store.ScalarAsync($"UPDATE masking_generations SET {change}");

        var problem = Assert.Single(await RefusalAsync(_ => { }));
        Assert.StartsWith(
            "The row of generation 1 in masking_generations was changed by somebody",
            problem,
            StringComparison.Ordinal);

        Assert.Equal([1], (await RegisterAsync(_ => { })).Generations);
        await StartAsync(_ => { });
    }

    [Fact]
    public async Task A_row_of_an_older_version_gets_its_settings_at_the_next_start_and_its_table_keeps_its_form()
    {
        await WriteOldRowAsync();

        await StartAsync(_ => { });

        Assert.Equal(
            "v1;fields=ip,device_id;ip=Hmac;device_id=Hmac;user_id=Hmac;versions=Ordered;message_ids=Raw;vault=none",
            await _store.ScalarAsync("SELECT settings FROM masking_generations"));
        Assert.Contains(
            "'fetch-etl rekey --message-ids'",
            Assert.Single(await RefusalAsync(options => options.Masking.MessageIds = MessageIds.Keyed)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_may_only_read_is_refused_over_a_row_of_an_older_version_and_nothing_is_lost()
    {
        await WriteOldRowAsync();
        var role = await _store.UseRoleAsync();
        await _store.ScalarAsync($"REVOKE INSERT, UPDATE ON masking_generations FROM {role}");

        Assert.Contains(
            "run 'fetch-etl keys register'", Assert.Single(await RefusalAsync(_ => { })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_changes_with_a_new_generation_only()
    {
        await StartAsync(_ => { });
        var text = ((string)(await _store.ScalarAsync("SELECT settings FROM masking_generations"))!)
            .Replace(";ip=Hmac", ";ip=Sha256", StringComparison.Ordinal);
        var mac = new KeyedPiiMasker(_store.Masking).GenerationMac(1, text);
        await _store.ScalarAsync($"UPDATE masking_generations SET settings = '{text}', mac = '{mac}'");

        var problem = Assert.Single(await RefusalAsync(_ => { }));
        Assert.StartsWith(
            "Masking:Method of ip is Hmac, and generation 1 of user_logins was written with Sha256: ",
            problem,
            StringComparison.Ordinal);
        Assert.Contains("Masking:Keys:1", problem, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MaskingRefusedException>(() => RegisterAsync(_ => { }));

        await StartAsync(options => options.Masking.Keys.Add(TestKeys.Second));
        var table = (await RegisterAsync(options => options.Masking.Keys.Add(TestKeys.Second))).Table;
        Assert.Equal(MaskingMethod.Sha256, table.MethodOf(1, PiiField.Ip));
        Assert.Equal(MaskingMethod.Hmac, table.MethodOf(2, PiiField.Ip));
    }

    [Fact]
    public async Task Settings_of_a_later_version_are_named_as_such()
    {
        var mac = new KeyedPiiMasker(_store.Masking).GenerationMac(1, "v2");
        await _store.ScalarAsync(
            "INSERT INTO masking_generations (generation, key_check, mac, settings) VALUES " +
            $"(1, '{new KeyedPiiMasker(_store.Masking).KeyCheck(1)}', '{mac}', 'v2')");

        Assert.Contains("later version", Assert.Single(await RefusalAsync(_ => { })), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_generation_takes_the_tables_settings()
    {
        await StartAsync(options => Array.ForEach(IpAndDevice, options.Masking.Fields.Add));
        await StartAsync(options => options.Masking.Keys.Add(TestKeys.Second));

        Assert.Equal(
            1L, await _store.ScalarAsync("SELECT count(DISTINCT settings) FROM masking_generations"));
        Assert.Equal(2L, await _store.ScalarAsync("SELECT count(*) FROM masking_generations"));
    }

    [Fact]
    public async Task A_running_process_follows_the_table_where_its_settings_leave_it_open_and_else_holds_its_rows()
    {
        var open = _store.Provider;
        await using var fixedFields = Beside(
            options => Array.ForEach(["ip", "device_id", "user_id"], options.Masking.Fields.Add));
        await WriteAsync(open, "one");
        await WriteAsync(fixedFields, "two");

        await RegisterAsync(options => Array.ForEach(IpAndDevice, options.Masking.Fields.Add));
        await WriteAsync(open, "three");
        var held = WriteAsync(fixedFields, "four");
        await await Task.WhenAny(
            held,
            _store.Logs.WaitForAsync("PostgreSQL cannot commit logins (MaskingRefusedException): Masking:Fields is " +
                "ip, device_id, user_id, and user_logins was written with ip, device_id"));

        Assert.False(held.IsCompleted);
        Assert.Equal(
            HealthStatus.Unhealthy,
            (await fixedFields.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
        Assert.Equal(3, await _store.CountAsync());
        Assert.Equal("three", await _store.ScalarAsync("SELECT user_id FROM user_logins WHERE length(user_id) < 60"));
        Assert.Equal(1, _store.Logs.CountOf(2070));

        await RegisterAsync(
            options => Array.ForEach(["ip", "device_id", "user_id"], options.Masking.Fields.Add));
        await held;
        await WriteAsync(open, "five");
        Assert.Equal(5, await _store.CountAsync());
        Assert.Equal(4L, await _store.ScalarAsync("SELECT count(*) FROM user_logins WHERE user_id LIKE '1:%'"));
    }

    /// <summary>What a version without settings left: a row in the table, and a generation with its old MAC.</summary>
    private async Task WriteOldRowAsync()
    {
        var masker = new KeyedPiiMasker(_store.Masking);
        await _store.ScalarAsync(
            $"""
            INSERT INTO user_logins (user_id) VALUES ('u');
            INSERT INTO masking_generations (generation, key_check, mac)
            VALUES (1, '{masker.KeyCheck(1)}', '{masker.GenerationMac(1, null)}')
            """);
    }

    private static Task WriteAsync(IServiceProvider provider, string userId)
    {
        var message = new LoginMessage { UserId = new PersonalText(userId), AppVersion = "1.2.3" };
        var source = new ReceivedLogin(
            message,
            provider.GetRequiredService<IPiiMasker>(),
            1_002_003,
            new DateOnly(2026, 1, 2),
            Guid.NewGuid(),
            seals: false);
        return provider.GetRequiredService<LoginWriter>().WriteAsync(source, sentTime: null, CancellationToken.None);
    }

    private LoginsOptions Options(Action<LoginsOptions> change)
    {
        var options = new LoginsOptions
        {
            ConnectionString = _store.ConnectionString,
            Masking = new MaskingOptions { Keys = { TestKeys.First } },
        };
        change(options);
        return options;
    }

    private ServiceProvider Beside(Action<LoginsOptions> change)
    {
        IServiceCollection services = new ServiceCollection();
        foreach (var service in _store.Services)
        {
            services.Add(service);
        }

        services.Configure<LoginsOptions>(options =>
        {
            options.Masking = new MaskingOptions { Keys = { TestKeys.First } };
            change(options);
        });
        return services.BuildServiceProvider();
    }

    private async Task StartAsync(Action<LoginsOptions> change)
    {
        await using var provider = Beside(change);
        await provider.GetServices<IHostedService>().OfType<StoredMasksVerificationService>().Single()
            .StartingAsync(CancellationToken.None);
    }

    private async Task<IReadOnlyList<string>> RefusalAsync(Action<LoginsOptions> change) =>
        (await Assert.ThrowsAsync<MaskingRefusedException>(() => StartAsync(change))).Problems;

    private async Task<RegisteredSettings> RegisterAsync(Action<LoginsOptions> change)
    {
        await using var provider = Beside(change);
        await using var session = _store.Session();
        return await provider.GetRequiredService<StoredMasksVerifier>().RegisterAsync(session, CancellationToken.None);
    }

    private async Task<StoredMasksFindings> InspectAsync(Action<LoginsOptions> change)
    {
        await using var provider = Beside(change);
        await using var session = _store.Session();
        return await provider.GetRequiredService<StoredMasksVerifier>().InspectAsync(session, CancellationToken.None);
    }
}

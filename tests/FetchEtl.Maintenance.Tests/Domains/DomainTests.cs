using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.Maintenance.Tests;

/// <summary>What a domain's table holds, who may read it, and what a refresh follows.</summary>
public sealed class DomainTests : IAsyncLifetime
{
    private static readonly DateOnly October = new(2026, 10, 1);

    /// <summary>Shows all closed months, so that a test can look at single rows.</summary>
    private static readonly DomainDefinition All = new("all") { MinK = 1 };

    private DomainEstate _estate = null!;

    public async Task InitializeAsync() => _estate = await DomainEstate.CreateAsync();

    public async Task DisposeAsync() => await _estate.DisposeAsync();

    [Fact]
    public async Task Masks_of_a_domain_are_equal_exactly_where_values_of_one_period_are_in_all_generations()
    {
        var random = new Random(5);
        string[] keys = [TestKeys.First, TestKeys.Second, TestKeys.Third];
        var written = new List<RawLogin>();
        foreach (var generations in new[] { 1, 2, 3 })
        {
            _estate.Masking = MaintenanceStore.Masking(keys[..generations]);
            await _estate.RegisterAsync();
            var logins = Enumerable.Range(0, 300).Select(_ => Random(random, written.Count)).ToList();
            await _estate.WriteAsync(logins, new KeyedPiiMasker(_estate.Masking));
            written.AddRange(logins);
            if (generations == 2)
            {
                await _estate.Store.RekeyAsync(_estate.Masking);
            }
        }

        // A user_id that was stored before user_id was masked.
        await _estate.Store.ExecuteAsync("INSERT INTO user_logins (user_id, app_version, create_date) VALUES ('1', -1, "
            + "'2026-09-05')");
        written.Add(new RawLogin("1", null, null, null, null, -1, new DateOnly(2026, 9, 5)));

        var seen = (await _estate.SeeAsync(All)).ToDictionary(row => row.Version!.Value);

        Assert.Equal(written.Count, seen.Count);
        AssertEqual(login => login.User, row => row.User);
        AssertEqual(login => login.Ip, row => row.Ip);
        AssertEqual(login => login.Device, row => row.Device);

        static RawLogin Random(Random random, int row) => new(
            $"{random.Next(40)}", $"10.0.0.{random.Next(40)}", $"{random.Next(40)}", null, null,
            random.Next(int.MaxValue), October.AddDays(random.Next(-30, 30)));

        void AssertEqual(Func<RawLogin, string?> value, Func<SeenLogin, string?> mask)
        {
            var pairs = written
                .Select(login => (Value: value(login) is { } text ? $"{login.Date!.Value.Month} {text}" : null,
                    Mask: mask(seen[login.Version!.Value])))
                .Distinct().ToList();
            Assert.Equal(pairs.Count, pairs.Select(pair => pair.Value).Distinct().Count());
            Assert.Equal(pairs.Count, pairs.Select(pair => pair.Mask).Distinct().Count());
        }
    }

    [Fact]
    public async Task No_mask_of_a_domain_occurs_in_another_or_in_user_logins_and_message_ids_occur_in_none()
    {
        await _estate.WriteAsync(Sender.Population(1, October).Take(2000));

        var stored = Masks(await _estate.SeeAsync("user_logins"));
        var first = Masks(await _estate.SeeAsync(All));
        var second = Masks(await _estate.SeeAsync(All with { Name = "other" }));

        Assert.Equal([stored.Count, stored.Count], [first.Count, second.Count]);
        Assert.Empty(stored.Intersect(first));
        Assert.Empty(stored.Intersect(second));
        Assert.Empty(first.Intersect(second));
        Assert.Equal(
            0,
            await _estate.Store.ScalarAsync<long>(
                "SELECT count(*) FROM information_schema.columns WHERE table_name = 'domain_all' AND column_name LIKE "
                + "'message%'"));

        static HashSet<string> Masks(IEnumerable<SeenLogin> rows) =>
            [.. rows.SelectMany(row => new[] { row.User, row.Ip, row.Device }).OfType<string>()];
    }

    [Fact]
    public async Task What_is_shown_beside_masks_is_shared_by_ten_users_addresses_and_devices_and_so_is_each_frequency()
    {
        await _estate.WriteAsync(Sender.Population(3, October));
        await _estate.WriteAsync(
        [
            new("rare", null, "rare", "toaster", "XX", 1, October),
            new("rare", "10.9.9.9", "rare", "toaster", "XX", 1, October),
        ]);

        var rows = await _estate.SeeAsync(new DomainDefinition("team"));

        var summary = (await _estate.ListAsync()).Single();
        Assert.Equal(rows.Count, summary.Rows);
        Assert.True(summary.Withheld >= 1, "The row without an address is the only one of its kind.");
        Assert.Contains(rows, row => row.Withheld == 0);
        Assert.Contains(rows, row => row.Withheld > 0);
        foreach (var group in rows.GroupBy(row =>
            (row.Withheld, row.DeviceType, row.Locale, row.Version, row.Date)))
        {
            Assert.True(group.Select(row => row.User).OfType<string>().Distinct().Count() >= 9, $"{group.Key}");
        }

        foreach (var mask in new Func<SeenLogin, string?>[] { row => row.User, row => row.Ip, row => row.Device })
        {
            var frequencies = rows.Select(mask).OfType<string>().CountBy(x => x).CountBy(x => x.Value);
            Assert.All(frequencies, x => Assert.True(x.Value >= 10, $"{x.Value} masks occur {x.Key} times."));
        }
    }

    [Fact]
    public async Task Only_periods_are_shown_that_ended_longer_than_the_lag_ago()
    {
        await _estate.WriteAsync(Enumerable.Range(0, 100).Select(day =>
            new RawLogin($"{day}", null, null, null, null, 1, new DateOnly(2026, 9, 15).AddDays(day))));
        var definitions = new Dictionary<string, DomainDefinition>
        {
            ["2026-11-30"] = All,
            ["2026-10-31"] = All with { Name = "lag", LagDays = 10 },
            ["2026-12-06"] = All with { Name = "week", Period = DomainPeriod.Week, LagDays = 0 },
            ["2026-12-09"] = All with { Name = "day", Period = DomainPeriod.Day, LagDays = 0 },
            ["2026-09-30"] = All with { Name = "quarter", Period = DomainPeriod.Quarter },
            ["2026-12-10"] = All with { Name = "none", Period = DomainPeriod.None, LagDays = 0 },
        };

        foreach (var (last, definition) in definitions)
        {
            var rows = await _estate.SeeAsync(definition);
            Assert.Equal(DateOnly.Parse(last), rows.Max(row => row.Date));
        }
    }

    [Fact]
    public async Task A_refresh_follows_erasures_and_keeps_grants_comments_and_views()
    {
        await _estate.WriteAsync(Sender.Population(1, October).Take(500));
        var (role, _) = await _estate.Store.CreateRoleAsync();
        await _estate.CreateAsync(All, role);
        await _estate.RefreshAsync(All.Name);
        await _estate.Store.ExecuteAsync(
            "COMMENT ON TABLE domain_all IS 'kept'; CREATE VIEW of_domain AS SELECT * FROM domain_all");

        await _estate.Store.ExecuteAsync("DELETE FROM user_logins WHERE create_date > '2026-10-14'");
        var summary = await _estate.RefreshAsync(All.Name);

        Assert.Equal(await _estate.Store.ScalarAsync<long>("SELECT count(*) FROM user_logins"), summary.Rows);
        Assert.Equal(summary.Rows, await _estate.Store.ScalarAsync<long>("SELECT count(*) FROM of_domain"));
        Assert.Equal(
            "kept", await _estate.Store.ScalarAsync<string>("SELECT obj_description('domain_all'::regclass)"));
        Assert.Equal([role], (await _estate.ListAsync()).Single().Readers);
        var refused = await Assert.ThrowsAsync<MaskingRefusedException>(() => _estate.DropAsync(All.Name));
        Assert.Contains("depends on domain_all", refused.Message, StringComparison.Ordinal);
        await _estate.Store.ExecuteAsync("DROP VIEW of_domain");
        await _estate.DropAsync(All.Name);
        Assert.Empty(await _estate.ListAsync());
    }

    [Fact]
    public async Task The_role_alone_may_read_whatever_the_defaults_grant_and_what_weakens_the_domain_is_named()
    {
        var (role, connectionString) = await _estate.Store.CreateRoleAsync("SELECT (masked_ip) ON user_logins");
        var (other, _) = await _estate.Store.CreateRoleAsync();
        await _estate.Store.ExecuteAsync($"ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC, {other}");

        await _estate.CreateAsync(All with { Name = "one" }, role);
        var warnings = await _estate.CreateAsync(All with { Name = "two" }, role);

        Assert.All((await _estate.ListAsync()), domain => Assert.Equal([role], domain.Readers));
        Assert.Contains(warnings, text => text.Contains("may read user_logins itself", StringComparison.Ordinal));
        Assert.Contains(warnings, text => text.Contains("may also read the domains one", StringComparison.Ordinal));
        await using var reader = Npgsql.NpgsqlDataSource.Create(connectionString);
        await using var select = reader.CreateCommand("SELECT count(*) FROM domain_one");
        Assert.Equal(0L, await select.ExecuteScalarAsync());
        await using var delete = reader.CreateCommand("DELETE FROM domain_one");
        var denied = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => delete.ExecuteNonQueryAsync());
        Assert.Equal("42501", denied.SqlState);
    }

    [Fact]
    public async Task A_refresh_that_ends_at_any_stage_leaves_the_former_rows_and_nothing_else()
    {
        await _estate.WriteAsync(Sender.Population(1, October).Take(500));
        await _estate.SeeAsync(new DomainDefinition("team"));
        var before = await TablesAsync();
        var rows = await _estate.Store.ScalarAsync<long>("SELECT count(*) FROM domain_team");
        await _estate.Store.ExecuteAsync("DELETE FROM user_logins");

        foreach (var stage in new[] { "waiting for another refresh", "masking", "grouping", "writing" })
        {
            using var stop = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _estate.RefreshAsync(
                "team", progress => StopAt(progress.Stage == stage, stop), stop.Token));
            Assert.Equal(rows, await _estate.Store.ScalarAsync<long>("SELECT count(*) FROM domain_team"));
        }

        Assert.Equal(before, await TablesAsync());

        static void StopAt(bool isTime, CancellationTokenSource stop)
        {
            if (isTime)
            {
                stop.Cancel();
            }
        }

        Task<string> TablesAsync() => _estate.Store.ScalarAsync<string>(
            "SELECT string_agg(relname::text, ' ' ORDER BY oid) FROM pg_class WHERE relkind = 'r'");
    }

    [Fact]
    public async Task Readers_see_the_former_rows_until_a_refresh_is_committed_and_a_second_refresh_waits_for_it()
    {
        await _estate.WriteAsync(Sender.Population(1, October).Take(500));
        await _estate.SeeAsync(All);
        await _estate.Store.ExecuteAsync("DELETE FROM user_logins WHERE create_date > '2026-10-14'");
        var stages = new List<string>();
        var seen = 0L;
        Task<DomainSummary>? second = null;

        var first = await _estate.RefreshAsync(All.Name, progress =>
        {
            if (progress.Stage != "writing")
            {
                return;
            }

            // The table still shows all, and the second refresh does not get beyond its lock.
            seen = _estate.Store.ScalarAsync<long>("SELECT count(*) FROM domain_all").GetAwaiter().GetResult();
            second = _estate.RefreshAsync(All.Name, other => Add(stages, other.Stage));
            WaitUntilBlocked();
        });

        Assert.Equal(500, seen);
        Assert.Equal(first.Rows, (await second!).Rows);
        Assert.Contains("writing", stages);

        void WaitUntilBlocked()
        {
            while (_estate.Store.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
                .GetAwaiter().GetResult() == 0)
            {
                Thread.Yield();
            }

            lock (stages)
            {
                Assert.Equal(["waiting for another refresh"], stages);
            }
        }

        static void Add(List<string> stages, string stage)
        {
            lock (stages)
            {
                stages.Add(stage);
            }
        }
    }

    [Fact]
    public async Task What_cannot_be_shown_is_refused_with_the_remedy_and_without_a_value()
    {
        await _estate.CreateAsync(All);
        var named = await Assert.ThrowsAsync<MaskingRefusedException>(() => _estate.CreateAsync(All));
        Assert.Contains("'fetch-etl domain drop all'", named.Message, StringComparison.Ordinal);
        foreach (var name in new[] { "", "A", "1a", "a-b", "a b", "ä", new string('a', 25), "a\n" })
        {
            Assert.NotEmpty(new DomainDefinition(name).Problems());
        }

        await RefusedAsync(
            "INSERT INTO user_logins (masked_ip, create_date) VALUES ('192.0.2.77', '2026-10-01')", "fetch-etl adopt");
        await RefusedAsync(
            $"INSERT INTO user_logins (masked_ip, create_date) VALUES ('2:{new string('a', 64)}', '2026-10-01')",
            "add the keys that are missing");
        await RefusedAsync(
            "INSERT INTO user_logins (masked_ip, create_date, mask_generation) VALUES ('192.0.2.77', '2026-10-01', 2)",
            "add the keys that are missing");

        // Lifted to another method than the table's, equal values would have different masks.
        _estate.Masking = MaintenanceStore.Masking(TestKeys.First);
        _estate.Masking.Methods["ip"] = MaskingMethod.IpCryptPfx;
        await RefusedAsync("SELECT", "of ip is IpCryptPfx, and generation 1 of user_logins was written with Hmac");
        _estate.Masking = MaintenanceStore.Masking(TestKeys.First, TestKeys.Second);
        await RefusedAsync("SELECT", "'fetch-etl keys register'");
        _estate.Masking = MaintenanceStore.Masking(TestKeys.Second);
        await RefusedAsync("SELECT", "is not the key of generation 1");

        async Task RefusedAsync(string sql, string remedy)
        {
            await _estate.Store.ExecuteAsync("DELETE FROM user_logins");
            await _estate.Store.ExecuteAsync(sql);
            var refused = await Assert.ThrowsAsync<MaskingRefusedException>(() => _estate.RefreshAsync(All.Name));
            Assert.Contains(remedy, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("192.0.2.77", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_list_says_how_many_days_and_keys_a_domain_is_behind()
    {
        await _estate.WriteAsync(Sender.Population(1, October).Take(50));
        await _estate.CreateAsync(All with { Columns = ["masked_ip", "locale"] });
        Assert.Equal((null, null), (One().BehindDays, One().RefreshedAt));
        await _estate.RefreshAsync(All.Name);
        Assert.Equal(
            (0, 50L, _estate.Time.GetUtcNow()), (One().BehindDays!.Value, One().Rows, One().RefreshedAt!.Value));
        Assert.False(One().IsKeyBehind);

        _estate.Time.Advance(TimeSpan.FromDays(30));
        _estate.Masking = MaintenanceStore.Masking(TestKeys.First, TestKeys.Second);
        await _estate.RegisterAsync();

        Assert.Equal((31, true), (One().BehindDays!.Value, One().IsKeyBehind));
        Assert.Equal(["masked_ip", "locale"], One().Definition.Columns);

        DomainStatus One() => _estate.ListAsync().GetAwaiter().GetResult().Single();
    }
}

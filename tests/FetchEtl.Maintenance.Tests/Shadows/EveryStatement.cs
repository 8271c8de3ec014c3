using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Migrations;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>Runs every statement that FetchEtl has against one database, step by step, with all rights.</summary>
internal sealed class EveryStatement(string connectionString, VaultKeyFiles files)
{
    private static readonly IReadOnlyList<MaskedColumn> OldColumns =
        [new("address", PiiField.Ip), new("device", PiiField.DeviceId)];

    private static readonly IReadOnlyList<MaskedColumn> LoginColumns =
        [.. PiiFields.Always.Select(field => new MaskedColumn(field.Column(), field))];

    /// <summary>The steps in their order, by name.</summary>
    public IReadOnlyList<(string Name, Func<Task> Run)> Steps =>
    [
        ("migrate", MigrateAsync),
        ("script", () => Shadows.ExecuteAsync(connectionString, LoginMigrations.Script())),
        ("register", RegisterAsync),
        ("adopt", AdoptAsync),
        ("register no vault", () => RegisterAsync(Masking(1))),
        ("run", () => RunAsync(Masking(1), isHeld: true)),
        ("register a vault", () => RegisterAsync(WithVault(Masking(1)))),
        ("run with a vault", () => RunAsync(WithVault(Masking(1)), isHeld: true)),
        ("run with a new key", () => RunAsync(WithVault(Masking(2)))),
        ("erase without keys", () => EraseAsync(masker: null)),
        ("rekey", RekeyAsync),
        ("move message ids", MoveIdsAsync),
        ("run with keyed ids", () => RunAsync(WithVault(Masking(2)))),
        ("reveal", RevealAsync),
        ("domain", DomainAsync),
        ("erase", () => EraseAsync(new KeyedPiiMasker(Masking(2)))),
        ("audit", AuditAsync),
        ("subject", SubjectAsync),
        ("risk", RiskAsync),
        ("indexes", IndexesAsync),
        ("report", ReportAsync),
        ("run without a key", () => RunAsync(new MaskingOptions { Method = MaskingMethod.Sha256, AllowWeak = true })),
        ("partitions", PartitionsAsync),
    ];

    private static MaskingOptions Masking(int generations)
    {
        var options = new MaskingOptions();
        foreach (var key in new[] { TestKeys.First, TestKeys.Second }.Take(generations))
        {
            options.Keys.Add(key);
        }

        return options;
    }

    private MaskingOptions WithVault(MaskingOptions options)
    {
        options.Vault.PublicKeyFile = files.Public;
        return options;
    }

    /// <summary>Adopts a table with rows, and waits once for a lock, so that the holders are looked up.</summary>
    private async Task MigrateAsync()
    {
        await Shadows.ExecuteAsync(
            connectionString,
            """
            CREATE TABLE user_logins (
                user_id varchar(128), device_type varchar(32), masked_ip varchar(256), masked_device_id varchar(256),
                locale varchar(32), app_version integer, create_date date);
            INSERT INTO user_logins (masked_ip, masked_device_id) VALUES ('192.0.2.1', '000-00-0001'), ('', NULL);
            CREATE TABLE old_logins (address varchar(256), device text);
            INSERT INTO old_logins VALUES ('192.0.2.2', '000-00-0002'), ('', NULL)
            """);
        await using var locked = await TableLock.TakeAsync(connectionString);
        var waits = new TaskCompletionSource();
        var migration = LoginMigrations.MigrateAsync(
            connectionString,
            line =>
            {
                if (line.Contains("not free", StringComparison.Ordinal))
                {
                    waits.TrySetResult();
                }
            },
            TimeProvider.System);
        await Task.WhenAny(migration, waits.Task);
        await locked.ReleaseAsync();
        await migration;
    }

    private async Task RiskAsync()
    {
        await using var services = Services(Masking(2));
        await using var database = Session(services);
        var day = new DateOnly(2000, 1, 1);
        await new RiskAnalysis(database).RunAsync(
            new RiskPlan { Since = day, Until = DateOnly.MaxValue },
            new Progress<RiskProgress>(),
            CancellationToken.None);
    }

    private async Task IndexesAsync()
    {
        await using var services = Services(Masking(2));
        await using var database = Session(services);
        var indexes = new AnalystIndexes(database, TimeProvider.System, waits: null);
        await indexes.CreateAsync(AnalystIndex.All, (_, _, _) => { }, CancellationToken.None);
        Assert.All(await indexes.ReadAsync(AnalystIndex.All, CancellationToken.None), x => Assert.True(x.IsValid));
        await indexes.DropAsync(AnalystIndex.All, CancellationToken.None);
    }

    /// <summary>Partitions the table, and runs on it what differs there.</summary>
    private async Task PartitionsAsync()
    {
        await PartitionedStore.ConvertAsync(connectionString);
        await Shadows.ExecuteAsync(
            connectionString,
            """
            INSERT INTO masking_generations (generation) VALUES (2) ON CONFLICT DO NOTHING;
            INSERT INTO user_logins (masked_ip, create_date) VALUES ('192.0.2.1', '2026-11-05');
            INSERT INTO pii_vault (mask, field, sealed) VALUES ('192.0.2.1', 'ip', '')
            """);
        await IndexesAsync();
        await using var services = Services(Masking(2));
        await using var database = Session(services);
        await database.OpenAsync();
        var pass = new BlockPass(database, "user_logins", ["masked_ip"], "true", 1, isPartitioned: true);
        Assert.NotEqual(0, await pass.RunAsync(
            static (_, rows, _) => Task.FromResult(rows.Count), static (_, _) => { }, CancellationToken.None));
        var upkeep = new PartitionUpkeep(database, TimeProvider.System, waits: null);
        await upkeep.ReadTodayAsync(CancellationToken.None);
        await upkeep.CreateAsync([new DateOnly(2027, 1, 1)], CancellationToken.None);
        Assert.True(await upkeep.ExistsAsync("user_logins", CancellationToken.None));
        Assert.Empty(await PastTable.ListAsync(database, CancellationToken.None));
        var layout = await PartitionLayout.ReadAsync(database, CancellationToken.None);
        await upkeep.RequireDroppableAsync(layout!.Partitions, CancellationToken.None);
        foreach (var partition in layout!.Partitions.Where(partition => partition.To is not null))
        {
            await upkeep.RemoveAsync(partition, drops: true, "test", "ann", waiting: null, CancellationToken.None);
        }

        await upkeep.ReadDomainsAsync(CancellationToken.None);
    }

    private async Task ReportAsync()
    {
        await using var services = Services(Masking(2));
        await using var database = Session(services);
        var plan = new ReportPlan { Since = new(2026, 1, 1), Until = new(2026, 1, 31), MinK = 1 };
        var report = await new LoginReporting(database).RunAsync(
            plan, new Progress<ReportProgress>(), CancellationToken.None);
        Assert.True(report.Totals!.Logins > 0, "A statement that meets no row proves little.");
    }

    private async Task RegisterAsync()
    {
        await using var services = Services(Masking(1));
        await using var database = Session(services);
        var verifier = services.GetRequiredService<StoredMasksVerifier>();
        await Shadows.ExecuteAsync(connectionString, "INSERT INTO masking_generations (generation) VALUES (1)");
        await verifier.RegisterAsync(database, CancellationToken.None);
        await Shadows.ExecuteAsync(connectionString, "UPDATE masking_generations SET mac = NULL");
        await verifier.RegisterAsync(database, CancellationToken.None);
    }

    private async Task RegisterAsync(MaskingOptions masking)
    {
        await using var services = Services(masking);
        await using var database = Session(services);
        await services.GetRequiredService<StoredMasksVerifier>().RegisterAsync(database, CancellationToken.None);
    }

    /// <summary>Moves the ids, and writes while they move.</summary>
    private async Task MoveIdsAsync()
    {
        await using var services = Services(WithVault(Masking(2)));
        await using var database = Session(services);
        await Shadows.ExecuteAsync(
            connectionString, $"INSERT INTO erased_messages (message_id) VALUES ('{Guid.NewGuid()}')");
        await services.GetRequiredService<StoredMasksVerifier>()
            .ChangeMessageIdsAsync(database, MessageIdForm.Moving, CancellationToken.None);
        await WriteAsync(services, Guid.NewGuid());
        var move = new MessageIdMove(
            services.GetRequiredService<LoginDataSource>(),
            services.GetRequiredService<StoredMasksVerifier>(),
            new MessageIdKey(Masking(2)),
            TimeProvider.System,
            waits: null);
        await move.RunAsync(1, new Progress<MaintenanceProgress>(), CancellationToken.None);
    }

    private async Task AdoptAsync()
    {
        await RegisterAsync(WithVault(Masking(1)));
        await using var services = Services(WithVault(Masking(1)));
        await AdoptAsync(services, "old_logins", OldColumns);
        await AdoptAsync(services, "user_logins", LoginColumns);
    }

    private static async Task AdoptAsync(
        ServiceProvider services, string table, IReadOnlyList<MaskedColumn> columns)
    {
        var adoption = new Adoption(
            services.GetRequiredService<LoginDataSource>(),
            services.GetRequiredService<StoredMasksVerifier>(),
            (KeyedPiiMasker)services.GetRequiredService<IPiiMasker>(),
            services.GetRequiredService<IOptions<LoginsOptions>>().Value.Masking,
            hashesAreRaw: false,
            TimeProvider.System);
        var plan = await adoption.PlanAsync(table, columns, CancellationToken.None);
        await adoption.RunAsync(plan, 1, new Progress<MaintenanceProgress>(), CancellationToken.None);
    }

    /// <summary>
    /// Starts, writes, writes again, and lets a statement time out where that is asked for: what follows is the same
    /// for all keys.
    /// </summary>
    private async Task RunAsync(MaskingOptions masking, bool isHeld = false)
    {
        if (masking.Method == MaskingMethod.Sha256)
        {
            await Shadows.ExecuteAsync(connectionString, "TRUNCATE masking_generations");
        }

        await using var services = Services(masking, isHeld ? 1 : 30);
        foreach (var service in services.GetServices<IHostedService>().OfType<IHostedLifecycleService>())
        {
            await service.StartingAsync(CancellationToken.None);
        }

        var id = Guid.NewGuid();
        await WriteAsync(services, id);
        await WriteAsync(services, id);
        if (!isHeld)
        {
            return;
        }

        await using var locked = await TableLock.TakeAsync(connectionString);
        var held = WriteAsync(services, Guid.NewGuid());
        await locked.WaitForBlockedAsync(atLeast: 1);
        await Task.WhenAny(held, UntilHeldRowsAreLookedUpAsync());
        await locked.ReleaseAsync();
        await held;
    }

    /// <summary>The command timeout is 1 s, and the look-up follows it at once.</summary>
    private static Task UntilHeldRowsAreLookedUpAsync() => Task.Delay(TimeSpan.FromSeconds(1.5));

    private static Task WriteAsync(IServiceProvider services, Guid id)
    {
        var device = new PersonalText("000-00-0003");
        var mask = services.GetRequiredService<IPiiMasker>().Mask(PiiField.DeviceId, device)!;
        var login = new UserLogin
        {
            UserId = "u",
            MaskedDeviceId = mask,
            AppVersion = 1,
            CreateDate = new DateOnly(2026, 1, 2),
            MessageId = id,
        };
        return services.GetRequiredService<LoginWriter>()
            .WriteAsync(
                login, [new VaultValue(PiiField.DeviceId, mask, device)], sentTime: null, CancellationToken.None);
    }

    private async Task RekeyAsync()
    {
        await using var services = Services(WithVault(Masking(2)));
        var rekeying = new Rekeying(
            services.GetRequiredService<LoginDataSource>(),
            services.GetRequiredService<StoredMasksVerifier>(),
            new KeyedPiiMasker(Masking(2)),
            TimeProvider.System);
        await rekeying.RunAsync(
            "user_logins",
            LoginColumns,
            1,
            new Progress<MaintenanceProgress>(),
            CancellationToken.None);
    }

    private async Task RevealAsync()
    {
        await using var services = Services(Masking(2));
        await using var database = Session(services);
        var masker = new KeyedPiiMasker(Masking(2));
        string[] masks =
        [
            masker.Mask(PiiField.DeviceId, new PersonalText("000-00-0002"))!,
            masker.Mask(PiiField.DeviceId, new PersonalText("unknown"))!,
        ];
        var found = await new VaultAccess(database, masker).FindAsync(masks, CancellationToken.None);
        Assert.Single(found[masks[0]]);
    }

    /// <summary>Creates two domains for one role, refreshes one twice, lists and drops.</summary>
    private async Task DomainAsync()
    {
        await using var services = Services(Masking(2));
        await using var database = Session(services);
        var source = services.GetRequiredService<LoginDataSource>();
        var catalog = new DomainCatalog(database, TimeProvider.System);
        var verifier = services.GetRequiredService<StoredMasksVerifier>();
        var refresh = new DomainRefresh(source, verifier, new KeyedPiiMasker(Masking(2)), TimeProvider.System);
        foreach (var name in new[] { "first", "second" })
        {
            await catalog.CreateAsync(new DomainDefinition(name), "pg_read_all_stats", CancellationToken.None);
            await refresh.RunAsync(name, new Progress<DomainProgress>(), CancellationToken.None);
        }

        var open = new DomainDefinition("open") { MinK = 1, LagDays = 0, Period = DomainPeriod.None };
        await catalog.CreateAsync(open, role: null, CancellationToken.None);
        var summary = await refresh.RunAsync(open.Name, new Progress<DomainProgress>(), CancellationToken.None);
        Assert.True(summary.Rows > 0, "A statement that meets no row proves little.");
        await refresh.RunAsync(open.Name, new Progress<DomainProgress>(), CancellationToken.None);
        Assert.Equal(3, (await catalog.ListAsync(CancellationToken.None)).Count);
        await catalog.DropAsync("second", CancellationToken.None);
    }

    private async Task EraseAsync(KeyedPiiMasker? masker)
    {
        await using var services = Services(Masking(2));
        await using var database = Session(services);
        var mask = new KeyedPiiMasker(Masking(2)).Mask(PiiField.DeviceId, new PersonalText("000-00-0002"))!;
        try
        {
            await new VaultAccess(database, masker).EraseAsync([mask], CancellationToken.None);
        }
        catch (MaskingRefusedException) when (masker is null)
        {
            // Its statements ran.
        }
    }

    private async Task AuditAsync()
    {
        await using var services = Services(Masking(2));
        await using var database = Session(services);
        var log = new AuditLog(database, TimeProvider.System);
        for (var i = 0; i < 2; i++)
        {
            await log.RunAsync(
                new AuditAction("reveal", "test", "*", 1), "ann", static () => Task.FromResult(0),
                static _ => AuditEnding.Done, static () => new AuditOutcome(0, "0 values"), warn: null,
                CancellationToken.None);
        }

        Assert.Null((await log.VerifyAsync(head: null, CancellationToken.None)).Problem);
    }

    private async Task SubjectAsync()
    {
        await using var services = Services(WithVault(Masking(2)));
        await using var database = Session(services);
        var masker = new KeyedPiiMasker(Masking(2));
        var subject = new Subject(masker, PiiField.DeviceId, [new PersonalText("000-00-0003")]);
        var rows = new SubjectRows(database, subject, TimeProvider.System);
        var vault = new SubjectVault(database, subject, masker);
        Assert.NotEmpty(await rows.ReadAsync(CancellationToken.None));
        await vault.FindAsync(CancellationToken.None);
        await vault.EraseAsync(CancellationToken.None);
        Assert.True(await rows.MaskAgainAsync(new RandomMask(), vault, progress: null, CancellationToken.None) > 0);
        await WriteAsync(services, Guid.NewGuid());
        Assert.True(await rows.DeleteAsync(vault, waiting: null, CancellationToken.None) > 0);
    }

    private static LoginDatabase Session(ServiceProvider services) =>
        services.GetRequiredService<LoginDataSource>().Create();

    private ServiceProvider Services(MaskingOptions masking, int commandTimeout = 30)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLogins(options =>
        {
            options.ConnectionString = new NpgsqlConnectionStringBuilder(connectionString)
            {
                CommandTimeout = commandTimeout,
                Pooling = false,
            }.ConnectionString;
            options.Masking = masking;
        });
        return services.BuildServiceProvider();
    }
}

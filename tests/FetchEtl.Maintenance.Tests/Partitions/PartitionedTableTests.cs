using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;
using Microsoft.Extensions.Options;

namespace FetchEtl.Maintenance.Tests;

/// <summary>
/// The verbs on a partitioned table: no row is missed and none is changed twice, although row ids repeat in every
/// partition, and partitions come and go meanwhile.
/// </summary>
public sealed class PartitionedTableTests : IAsyncLifetime
{
    private static readonly DateOnly?[] Days =
        [PartitionedStore.September, PartitionedStore.October, PartitionedStore.November, null];

    private readonly MaskingOptions _old = MaintenanceStore.Masking(TestKeys.First);
    private readonly MaskingOptions _new = MaintenanceStore.Masking(TestKeys.First, TestKeys.Second);
    private MaintenanceStore _store = null!;

    public async Task InitializeAsync() => _store = await PartitionedStore.CreateAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Rekeying_walks_every_partition_also_one_that_comes_and_goes_on_when_one_goes()
    {
        // Rights on the table suffice: none on its partitions.
        var role = await _store.UseRoleAsync();
        await _store.ExecuteAsync(
            $"""
            GRANT SELECT, UPDATE ON user_logins TO {role};
            GRANT SELECT, INSERT, UPDATE, DELETE ON pii_vault TO {role}
            """);
        for (var place = 0; place < Days.Length; place++)
        {
            await _store.InsertAsync(_old, Days[place], PartitionedStore.Logins(200 * place, 200));
        }

        var late = new KeyedPiiMasker(_old).Mask(PiiField.Ip, new PersonalText("192.0.2.1"));
        var reports = new List<MaintenanceProgress>();
        var summary = await _store.RekeyAsync(_new, progress: at =>
        {
            if (reports.Count == 1)
            {
                _store.Execute(
                    $"""
                    ALTER TABLE user_logins DETACH PARTITION user_logins_p2026_11;
                    DROP TABLE user_logins_p2026_11;
                    SELECT user_logins_add_partition('2026-12-01');
                    INSERT INTO user_logins (masked_ip, create_date) VALUES ('{late}', '2026-12-24')
                    """);
            }

            reports.Add(at);
        });

        // The rows of the partition that went are missed in the count of values, and nothing else is.
        Assert.StartsWith(
            "user_logins.masked_ip lacks 200 of the 800 distinct values it had: where nobody deleted rows",
            Assert.Single(summary.Left),
            StringComparison.Ordinal);
        Assert.Equal(601, summary.Rows);
        Assert.Equal(new Dictionary<int, long> { [2] = 601 }, summary.After[0].Generations);
        Assert.Equal(601, await _store.ScalarAsync<long>("SELECT count(DISTINCT masked_ip) FROM user_logins"));
        Assert.All(reports, at => Assert.Equal(1, at.Pass));
        Assert.Equal(reports[^1].Total, reports[^1].Done);
    }

    [Fact]
    public async Task Adoption_masks_raw_values_of_every_partition_also_those_in_the_form_of_masks()
    {
        var form = "1:" + new string('a', 64);
        await _store.ExecuteAsync(
            $"""
            INSERT INTO user_logins (masked_ip, create_date)
            SELECT '10.0.0.' || i, CASE WHEN i % 4 > 0 THEN date '2026-08-05' + make_interval(months => i % 4) END
            FROM generate_series(1, 200) AS i;
            INSERT INTO user_logins (masked_device_id, create_date)
            VALUES ('{form}', '2026-09-05'), ('{form}', '2026-11-05'), ('{form}', NULL)
            """);

        var summary = await _store.AdoptAsync(
            _old,
            "user_logins",
            [new("masked_ip", PiiField.Ip), new("masked_device_id", PiiField.DeviceId)],
            rawMaskForms: 3);

        Assert.Empty(summary.Left);
        Assert.Equal(203, summary.Rows);
        var masker = new KeyedPiiMasker(_old);
        Assert.Equal(
            Enumerable.Range(1, 200).Select(i => masker.Mask(PiiField.Ip, new PersonalText($"10.0.0.{i}"))!).Order(),
            (await _store.QueryAsync(
                "SELECT masked_ip FROM user_logins WHERE masked_ip IS NOT NULL", row => row.GetString(0))).Order());
        Assert.Equal(3, await _store.ScalarAsync<long>(
            $"SELECT count(*) FROM user_logins WHERE masked_device_id = "
            + $"'{masker.Mask(PiiField.DeviceId, new PersonalText(form))}'"));
    }

    [Fact]
    public async Task Message_ids_move_in_every_partition()
    {
        var raw = MaintenanceStore.Masking(TestKeys.First);
        raw.MessageIds = MessageIds.Raw;
        await _store.VerifyAsync(raw);
        var ids = new List<Guid>();
        foreach (var day in Days[..3])
        {
            ids.AddRange(await _store.InsertAsync(_old, day, PartitionedStore.Logins(0, 50)));
        }

        var verifier = new StoredMasksVerifier(
            new KeyedPiiMasker(_old), Options.Create(new LoginsOptions { Masking = _old }));
        var key = new MessageIdKey(_old);
        await using (var database = _store.Session())
        {
            await verifier.ChangeMessageIdsAsync(database, MessageIdForm.Moving, CancellationToken.None);
        }

        await _store.ExecuteAsync(
            $"""
            INSERT INTO user_logins (message_id, create_date) VALUES
                ('{key.Of(ids[^1])}', '2026-11-05'), ('{key.Of(ids[0])}', '2026-11-06')
            """);
        var summary = await new MessageIdMove(_store.Source, verifier, key, TimeProvider.System, waits: null)
            .RunAsync(1, new MaintenanceStore.Reporter(null), CancellationToken.None);

        Assert.Equal((149, 1, 0), (summary.Rows, summary.Doubles, summary.Left));
        // The same id on another date is another row, as it is for the writer.
        Assert.Equal(
            ids.Append(ids[0]).Select(key.Of).Order(),
            (await _store.QueryAsync("SELECT message_id FROM user_logins", row => row.GetGuid(0))).Order());
    }

    [Fact]
    public async Task A_person_is_found_masked_again_and_deleted_in_every_partition_and_nobody_else()
    {
        foreach (var day in Days)
        {
            // Both persons have the same row ids in every partition.
            await _store.InsertAsync(_old, day, ("ann", "192.0.2.1", null), ("bob", "192.0.2.2", null));
        }

        var masker = new KeyedPiiMasker(_old);
        var subject = new Subject(masker, PiiField.UserId, [new PersonalText("ann")]);
        var other = new Subject(masker, PiiField.UserId, [new PersonalText("bob")]);
        await using var database = _store.Session();
        var rows = new SubjectRows(database, subject, TimeProvider.System);
        var vault = new SubjectVault(database, subject, masker);

        var found = await rows.CountAsync(CancellationToken.None);
        Assert.Equal((4, PartitionedStore.September, PartitionedStore.November), (found.Rows, found.First, found.Last));
        Assert.Equal(4, (await rows.ReadAsync(CancellationToken.None)).Count);
        Assert.Equal(
            4, await rows.MaskAgainAsync(new RandomMask(), vault, progress: null, CancellationToken.None));
        Assert.Equal(0, (await rows.CountAsync(CancellationToken.None)).Rows);
        var bob = new SubjectRows(database, other, TimeProvider.System);
        Assert.Equal(4, await bob.DeleteAsync(
            new SubjectVault(database, other, masker), waiting: null, CancellationToken.None));
        Assert.Equal(4, await _store.ScalarAsync<long>("SELECT count(DISTINCT masked_ip) FROM user_logins"));
        Assert.Equal(4, await _store.ScalarAsync<long>("SELECT count(*) FROM erased_messages"));
    }

    [Fact]
    public async Task Keys_are_registered_and_domain_and_risk_read_every_partition()
    {
        await _store.VerifyAsync(_old);
        foreach (var day in Days)
        {
            await _store.InsertAsync(_old, day, PartitionedStore.Logins(0, 5));
        }

        await using var database = _store.Session();
        var open = new DomainDefinition("open") { MinK = 1, LagDays = 0, Period = DomainPeriod.None };
        await new DomainCatalog(database, TimeProvider.System).CreateAsync(open, role: null, CancellationToken.None);
        var masker = new KeyedPiiMasker(_old);
        var verifier = new StoredMasksVerifier(masker, Options.Create(new LoginsOptions { Masking = _old }));
        var summary = await new DomainRefresh(_store.Source, verifier, masker, TimeProvider.System)
            .RunAsync("open", new Progress<DomainProgress>(), CancellationToken.None);
        var risk = await new RiskAnalysis(database)
            .RunAsync(new RiskPlan(), new Progress<RiskProgress>(), CancellationToken.None);

        Assert.Equal((15, 5), (summary.Rows, summary.Undated));
        Assert.Equal(20, risk.Rows);
    }
}

using FetchEtl.Masking;
using FetchEtl.Testing;
using Xunit.Abstractions;

namespace FetchEtl.Maintenance.Tests;

/// <summary>
/// A sender who reads sends logins from the addresses of 300 victims and looks for their masks. Each attack also runs
/// where it must succeed, so that it is known to work.
/// </summary>
[Trait("Category", "Slow")]
public sealed class DomainAttackTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly DateOnly October = new(2026, 10, 1);
    private static readonly DateOnly November = new(2026, 11, 1);
    private static readonly DateOnly ProbeDay = new(2026, 10, 15);

    private static readonly DomainDefinition Default = new("team");
    private static readonly DomainDefinition Open = new("open") { MinK = 1, Period = DomainPeriod.None };
    private static readonly DomainDefinition OnlyMinK = new("mink") { Period = DomainPeriod.None };

    private readonly KeyedPiiMasker _masker = new(MaintenanceStore.Masking(TestKeys.First));

    private DomainEstate _estate = null!;

    public async Task InitializeAsync()
    {
        _estate = await DomainEstate.CreateAsync();
        await _estate.WriteAsync(Sender.Population(1, October));
    }

    public async Task DisposeAsync() => await _estate.DisposeAsync();

    [Fact]
    public async Task A_sender_who_reads_recovers_300_of_300_victims_in_user_logins_and_0_in_a_domain()
    {
        await _estate.WriteAsync(Probes(ProbeDay));

        var raw = ByMarker(await _estate.SeeAsync("user_logins"), Stored, ProbeDay);
        var open = ByMarker(await _estate.SeeAsync(Open), Of(Open), ProbeDay);
        var onlyMinK = ByMarker(await _estate.SeeAsync(OnlyMinK), Of(OnlyMinK), ProbeDay);
        var team = ByMarker(await _estate.SeeAsync(Default), Of(Default), ProbeDay);

        output.WriteLine(
            $"By a marker, of {Sender.Victims}: {raw} in user_logins, {open} with min-k 1 and no period, {onlyMinK} "
            + $"with no period, {team} by default.");
        Assert.Equal([Sender.Victims, Sender.Victims, 0, 0], new[] { raw, open, onlyMinK, team });
    }

    [Fact]
    public async Task Ten_identities_a_victim_make_a_marker_visible_only_with_as_many_addresses()
    {
        await _estate.WriteAsync(Enumerable.Range(0, Sender.Victims).SelectMany(victim =>
            Enumerable.Range(0, DomainDefinition.DefaultMinK).Select(i =>
                Sender.Probe(victim, ProbeDay, $"sender{i}"))));

        Assert.Equal(Sender.Victims, ByMarker(await _estate.SeeAsync("user_logins"), Stored, ProbeDay));
        Assert.Equal(Sender.Victims, ByMarker(await _estate.SeeAsync(Open), Of(Open), ProbeDay));
        Assert.Equal(0, ByMarker(await _estate.SeeAsync(Default), Of(Default), ProbeDay));
    }

    [Fact]
    public async Task A_sender_of_many_identities_and_addresses_recovers_rows_of_his_own_period_and_0_of_earlier_ones()
    {
        // Two markers a victim, each with nine other addresses: only the victim's is behind both.
        var now = Planted(ProbeDay).ToList();
        await _estate.WriteAsync(now);
        await _estate.WriteAsync(Sender.Population(2, November));
        var seen = await _estate.SeeAsync(Default);
        var same = ByIntersection(seen, Of(Default), ProbeDay);
        var open = ByIntersection(await _estate.SeeAsync(Open), Of(Open), ProbeDay);

        await _estate.Store.ExecuteAsync("DELETE FROM user_logins WHERE app_version >= 9000000");
        await _estate.WriteAsync(Planted(November.AddDays(14)));
        await _estate.RefreshAsync(Default.Name);
        var later = ByIntersection(await _estate.SeeAsync(Default.Table), OfMonth(October), November.AddDays(14));
        var raw = ByIntersection(await _estate.SeeAsync("user_logins"), Stored, November.AddDays(14));

        output.WriteLine($"Planted: {same} in the probes' own month, {later} in an earlier one, {raw} in user_logins, "
            + $"{open} with min-k 1 and no period.");
        Assert.Equal([Sender.Victims, 0, Sender.Victims, Sender.Victims], new[] { same, later, raw, open });
    }

    [Fact]
    public async Task A_sender_who_counts_recovers_victims_in_user_logins_and_0_in_a_domain()
    {
        // So many probes of the i-th victim that no other address is as frequent.
        const int victims = 60;
        await _estate.WriteAsync(Enumerable.Range(0, victims).SelectMany(victim =>
            Enumerable.Range(0, Times(victim))
                .Select(_ => Sender.Probe(victim, ProbeDay) with { Version = 3_000_000 })));

        var raw = ByFrequency(await _estate.SeeAsync("user_logins"), Stored);
        var open = ByFrequency(await _estate.SeeAsync(Open), Of(Open));
        var team = ByFrequency(await _estate.SeeAsync(Default), Of(Default));

        output.WriteLine($"By frequency, of {victims}: {raw} in user_logins, {open} with min-k 1, {team} by default.");
        Assert.Equal([victims, victims, 0], new[] { raw, open, team });

        static int Times(int victim) => 90 + 6 * victim;

        static int ByFrequency(IReadOnlyList<SeenLogin> rows, Func<int, IReadOnlySet<string>> truth)
        {
            var counts = rows.Where(row => row.Ip is not null).CountBy(row => row.Ip!).ToList();
            return Enumerable.Range(0, victims).Count(victim =>
            {
                // Nobody of the population has more than five rows of his own.
                var found = counts.Where(x => x.Value >= Times(victim) && x.Value <= Times(victim) + 5).ToList();
                return found.Count == 1 && truth(victim).Contains(found[0].Key);
            });
        }
    }

    private static IEnumerable<RawLogin> Probes(DateOnly date) =>
        Enumerable.Range(0, Sender.Victims).Select(victim => Sender.Probe(victim, date));

    private static IEnumerable<RawLogin> Planted(DateOnly date) =>
        from victim in Enumerable.Range(0, Sender.Victims)
        from part in new[] { 0, 1 }
        from identity in Enumerable.Range(0, DomainDefinition.DefaultMinK)
        select Sender.Probe(
            victim,
            date,
            $"sender{identity}",
            identity == 0 ? null : $"198.51.{100 + part}.{identity}",
            part);

    private static int ByMarker(
        IReadOnlyList<SeenLogin> rows, Func<int, IReadOnlySet<string>> truth, DateOnly date) =>
        Sender.Recovered(victim => Sender.Candidates(rows, Sender.Probe(victim, date)), truth);

    private static int ByIntersection(
        IReadOnlyList<SeenLogin> rows, Func<int, IReadOnlySet<string>> truth, DateOnly date) => Sender.Recovered(
        victim =>
        {
            var both = Sender.Candidates(rows, Sender.Probe(victim, date));
            both.IntersectWith(Sender.Candidates(rows, Sender.Probe(victim, date, part: 1)));
            return both;
        },
        truth);

    private HashSet<string> Stored(int victim) =>
        [_masker.Mask(PiiField.Ip, new PersonalText(Sender.Address(victim)))!];

    /// <summary>The masks that the rows of a victim have in a domain.</summary>
    private Func<int, IReadOnlySet<string>> Of(DomainDefinition definition) => Truth(definition, October);

    private Func<int, IReadOnlySet<string>> OfMonth(DateOnly month) => Truth(Default, month);

    private Func<int, IReadOnlySet<string>> Truth(DomainDefinition definition, DateOnly month)
    {
        var domain = new DomainMasker(_masker, definition.Name, (_, field) => _masker.MethodOf(field));
        var period = definition.Period.Text(definition.Period.StartOf(month));
        return victim => Stored(victim)
            .Select(mask => domain.Mask(PiiField.Ip, mask, generation: null, period)!).ToHashSet();
    }
}

using System.Globalization;
using System.Text.Json;
using FetchEtl.Masking;
using Npgsql;

namespace FetchEtl.Maintenance.Tests;

/// <summary>The report against plain SQL and the rule of merging as its definition says it.</summary>
public sealed class LoginReportingTests(MaintenanceStore store) : IClassFixture<MaintenanceStore>
{
    private const int Tables = 10;

    private static readonly DateOnly First = new(2026, 2, 1);

    private static readonly ReportPlan Month = new() { Since = First, Until = First.AddDays(27) };

    [Fact]
    public async Task Of_random_tables_every_number_equals_that_of_SQL_and_no_small_group_can_be_computed()
    {
        for (var seed = 1; seed <= Tables; seed++)
        {
            await FillAsync(seed);
            var plan = Month with { MinK = 1 + (seed % 5), Top = seed % 2 == 0 ? 3 : 1000 };
            var report = await store.ReportAsync(plan);

            Assert.Equal(
                new ReportTotals(
                    await CountAsync("*"), await CountAsync("DISTINCT user_id"),
                    await CountAsync("DISTINCT masked_device_id"), await CountAsync("DISTINCT masked_ip")),
                report.Totals);
            foreach (var (column, list) in new[]
            {
                ("device_type", report.DeviceTypes), ("locale", report.Locales), ("app_version", report.Versions),
                ("masked_device_id", report.Devices), ("masked_ip", report.Addresses),
            })
            {
                var groups = await GroupsAsync(column);
                AssertMerged(plan, groups, list, column == "app_version" ? await VersionsAsync() : null);
                var missing = report.Missing.Single(missing => missing.Column == column);
                Assert.Equal(Share(groups, plan, report.Totals!.Logins), missing.Share);
            }

            var days = await GroupsAsync("create_date::text");
            AssertDays(plan, days, [], report.OtherDays, report.Days, day => day.Logins);
            AssertDays(
                plan, await NewDevicesAsync(), Names(Small(days, plan.MinK)), report.OtherNewDevices, report.Days,
                day => day.NewDevices);
        }
    }

    [Fact]
    public async Task A_partitioned_table_gives_the_same_report()
    {
        await FillAsync(seed: 3);
        await store.ExecuteAsync(
            """
            DROP SCHEMA IF EXISTS parted CASCADE;
            CREATE SCHEMA parted;
            CREATE TABLE parted.user_logins (LIKE user_logins) PARTITION BY RANGE (create_date);
            CREATE TABLE parted.user_logins_undated PARTITION OF parted.user_logins DEFAULT;
            CREATE TABLE parted.user_logins_p2026_01 PARTITION OF parted.user_logins
                FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
            CREATE TABLE parted.user_logins_p2026_02 PARTITION OF parted.user_logins
                FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
            INSERT INTO parted.user_logins SELECT * FROM user_logins
            """);
        var plan = Month with { MinK = 2 };

        var (plain, parted) = (await store.ReportAsync(plan), await store.ReportInAsync(plan, "parted"));

        Assert.Equal(JsonSerializer.Serialize(plain), JsonSerializer.Serialize(parted));
    }

    [Fact]
    public async Task A_period_of_too_few_people_has_no_number_and_an_empty_one_has_zeros()
    {
        await store.ExecuteAsync(
            """
            TRUNCATE user_logins;
            INSERT INTO user_logins (user_id, locale, create_date)
            SELECT 'u' || i % 4, 'GB', '2026-02-03' FROM generate_series(1, 100) AS i;
            INSERT INTO user_logins (user_id, locale, create_date)
            SELECT NULL, 'GB', '2026-02-03' FROM generate_series(1, 100) AS i
            """);

        var withheld = await store.ReportAsync(Month);
        var all = await store.ReportAsync(Month with { MinK = 1 });
        var empty = await store.ReportAsync(Month with { Since = new(2020, 1, 1), Until = new(2020, 1, 1) });

        Assert.True(withheld.IsWithheld);
        Assert.Null(withheld.Totals);
        Assert.Empty(withheld.Days);
        Assert.Equal(new ReportTotals(200, 4, 0, 0), all.Totals);
        Assert.Equal([new ReportGroup("GB", 200)], all.Locales.Groups);
        Assert.Equal(new ReportTotals(0, 0, 0, 0), empty.Totals);
        Assert.Equal([new ReportDay(new(2020, 1, 1), 0, 0)], empty.Days);
        Assert.Null(empty.Locales.Other);
    }

    [Fact]
    public async Task Of_400_days_and_10000_locales_the_report_names_each_day_and_the_largest_locales()
    {
        await store.ExecuteAsync(
            """
            TRUNCATE user_logins;
            INSERT INTO user_logins (user_id, locale, app_version, create_date)
            SELECT 'u' || i / 400 % 50, CASE WHEN i % 3 = 0 THEN '<b>' || i % 7 ELSE 'x' || i % 15000 END, 12003004,
                date '2026-02-28' - i % 400
            FROM generate_series(1, 60000) AS i
            """);
        var until = new DateOnly(2026, 2, 28);

        var report = await store.ReportAsync(new ReportPlan { Since = until.AddDays(-399), Until = until, MinK = 10 });

        Assert.Equal(400, report.Days.Count);
        Assert.All(report.Days, day => Assert.Equal(150, day.Logins));
        Assert.Equal(7, report.Locales.Groups.Count);
        Assert.Equal(20_000, report.Locales.Groups.Sum(group => group.Count));
        Assert.Equal(new ReportOther(10_000, 40_000), report.Locales.Other);
        Assert.Equal([new ReportGroup("12.3.4", 60_000)], report.Versions.Groups);
        Assert.Equal(0, report.Totals!.Devices);
    }

    [Fact]
    public async Task A_role_that_may_select_seven_columns_is_enough_and_one_that_may_not_is_refused()
    {
        await FillAsync(seed: 1);
        const string Grant =
            "SELECT (user_id, device_type, masked_ip, masked_device_id, locale, app_version, create_date) "
            + "ON user_logins";

        var report = await store.ReportAsAsync(Month, Grant);

        Assert.Equal(await CountAsync("*"), report.Totals!.Logins);
        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => store.ReportAsAsync(Month, "SELECT (create_date) ON user_logins"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        await store.ExecuteAsync("ALTER TABLE user_logins ENABLE ROW LEVEL SECURITY");
        var hidden = await Assert.ThrowsAsync<MaskingRefusedException>(() => store.ReportAsAsync(Month, Grant));
        await store.ExecuteAsync("ALTER TABLE user_logins DISABLE ROW LEVEL SECURITY");
        Assert.Contains("row-level security", Assert.Single(hidden.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Masks_of_two_generations_are_named_since_equal_values_count_twice()
    {
        await store.ExecuteAsync(
            """
            TRUNCATE user_logins;
            INSERT INTO user_logins (user_id, masked_ip, create_date)
            SELECT 'u' || i, i % 2 + 1 || ':' || repeat('0', 64), '2026-02-03' FROM generate_series(1, 20) AS i
            """);

        var mixed = Assert.Single((await store.ReportAsync(Month)).MixedGenerations);

        Assert.Equal("masked_ip", mixed.Column);
        Assert.Equal([1, 2], mixed.Generations);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    public async Task New_devices_of_fewer_people_than_k_in_the_whole_period_are_withheld_on_every_day(
        int days, int people)
    {
        await FillWithNewPhonesAsync(days, people);

        var report = await store.ReportAsync(Month);

        Assert.Equal(200 + (days * people), report.Totals!.Logins);
        Assert.All(report.Days, day => Assert.Null(day.NewDevices));
        Assert.Null(report.OtherNewDevices);
    }

    [Fact]
    public async Task A_day_whose_logins_are_merged_shows_no_new_devices_and_the_sum_does_not_tell_whether_it_had_any()
    {
        await FillWithNewPhonesAsync(days: 1, people: 6);
        await store.ExecuteAsync(
            "INSERT INTO user_logins (user_id, masked_device_id, create_date) VALUES ('u1', 'old1', '2026-02-20')");

        var none = await store.ReportAsync(Month);
        await store.ExecuteAsync("UPDATE user_logins SET masked_device_id = 'x' WHERE create_date = '2026-02-20'");
        var one = await store.ReportAsync(Month);

        // The smallest other day is merged with the day of one person.
        Assert.All([none, one], report =>
        {
            Assert.Equal(new ReportOther(2, 7), report.OtherDays);
            Assert.Equal(
                [new(2026, 2, 10), new DateOnly(2026, 2, 20)],
                report.Days.Where(day => day.NewDevices is null).Select(day => day.Date));
        });
        Assert.Equal(new ReportOther(2, 6), none.OtherNewDevices);
        Assert.Equal(new ReportOther(2, 7), one.OtherNewDevices);
    }

    [Theory]
    [InlineData("'1:' || md5('u' || i) || md5('x')", "'2:' || md5('y' || i) || md5('x')")]
    [InlineData("'1:' || md5('u' || i) || md5('x')", "'raw' || i")]
    public async Task During_a_rotation_a_person_with_two_user_ids_does_not_count_as_two(string older, string newer)
    {
        await store.ExecuteAsync(
            $"""
            TRUNCATE user_logins;
            INSERT INTO user_logins (user_id, locale, create_date)
            SELECT CASE form WHEN 1 THEN {older} ELSE {newer} END,
                CASE WHEN i <= 4 THEN 'four' WHEN i <= 9 THEN 'five' ELSE 'many' END, '2026-02-03'
            FROM generate_series(1, 50) AS i, generate_series(1, 2) AS form
            """);

        var report = await store.ReportAsync(Month);
        await store.ExecuteAsync("DELETE FROM user_logins WHERE locale <> 'four'");
        var few = await store.ReportAsync(Month);

        // 'five' is merged with 'four', which is alone.
        Assert.Equal([new ReportGroup("many", 82)], report.Locales.Groups);
        Assert.Equal(new ReportOther(2, 18), report.Locales.Other);
        Assert.True(few.IsWithheld);
        Assert.Equal(report.MixedGenerations.Count, few.MixedGenerations.Count);
    }

    /// <summary>
    /// 100 people log in on 1 and 2 February by phones of January; on days from 10 February on, some have new ones.
    /// </summary>
    private Task FillWithNewPhonesAsync(int days, int people) => store.ExecuteAsync(
        $"""
        TRUNCATE user_logins;
        INSERT INTO user_logins (user_id, masked_device_id, create_date)
        SELECT 'u' || i, 'old' || i, day::date
        FROM generate_series(1, 100) AS i, unnest(ARRAY[date '2026-01-31', '2026-02-01', '2026-02-02']) AS day;
        INSERT INTO user_logins (user_id, masked_device_id, create_date)
        SELECT 'u' || i, 'new' || day || '-' || i, date '2026-02-10' + day
        FROM generate_series(1, {people}) AS i, generate_series(0, {days} - 1) AS day
        """);

    /// <summary>What the definition of merging gives for groups of people, compared with a list.</summary>
    private static void AssertMerged(
        ReportPlan plan, IReadOnlyList<Group> groups, ReportList list, IReadOnlyDictionary<string, string>? texts)
    {
        var small = Small(groups, plan.MinK);
        var named = groups.Except(small).OrderByDescending(group => group.Count)
            .ThenBy(group => group.Value, Comparer<string?>.Create(NullsLast)).Take(plan.Top).ToList();
        Assert.Equal(
            named.Select(group => new ReportGroup(texts is null ? group.Value : texts[group.Value!], group.Count)),
            list.Groups);

        var others = groups.Except(named).ToList();
        Assert.Equal(
            others.Count == 0 ? null : new ReportOther(others.Count, others.Sum(group => group.Count)), list.Other);
        Assert.True(
            small.Count == 0 || (others.Count > 1 && People(others) >= plan.MinK),
            "What is merged must be several groups of enough people.");
    }

    /// <summary>
    /// Days of small groups and <paramref name="hidden"/> days have one sum. No day has a number where that sum would
    /// be of few people, too.
    /// </summary>
    private static void AssertDays(
        ReportPlan plan,
        IReadOnlyList<Group> groups,
        HashSet<string> hidden,
        ReportOther? other,
        IReadOnlyList<ReportDay> days,
        Func<ReportDay, long?> count)
    {
        var small = Small(groups, plan.MinK);
        var isFew = small.Count > 0 && People(small) < plan.MinK;
        var merged = Names(small).Union(hidden).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(28, days.Count);
        foreach (var day in days)
        {
            var name = day.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            Assert.Equal(
                isFew || merged.Contains(name)
                    ? (long?)null
                    : groups.FirstOrDefault(group => group.Value == name)?.Count ?? 0,
                count(day));
        }

        var others = groups.Where(group => merged.Contains(group.Value!)).ToList();
        Assert.Equal(
            isFew || merged.Count == 0 ? null : new ReportOther(merged.Count, others.Sum(group => group.Count)), other);
        Assert.True(
            other is null || others.Count == 0 || People(others) >= plan.MinK, "A sum must be of enough people.");
    }

    private static HashSet<string> Names(IEnumerable<Group> groups) =>
        groups.Select(group => group.Value!).ToHashSet(StringComparer.Ordinal);

    private static List<Group> Small(IReadOnlyList<Group> groups, int minK)
    {
        if (minK == 1)
        {
            return [];
        }

        var sorted = groups.OrderBy(group => group.People.Count).ThenBy(group => group.Count)
            .ThenBy(group => group.Value, Comparer<string?>.Create(NullsLast)).ToList();
        var small = sorted.Where(group => group.People.Count < minK).ToList();
        return small.Count == 0 || (small.Count > 1 && People(small) >= minK)
            ? small
            : [.. sorted.Take(small.Count + 1)];
    }

    private static double? Share(IReadOnlyList<Group> groups, ReportPlan plan, long logins) =>
        groups.FirstOrDefault(group => group.Value is null) is not { } missing ? 0
        : Small(groups, plan.MinK).Contains(missing) ? null
        : (double)missing.Count / logins;

    private static int People(IEnumerable<Group> groups) => groups.SelectMany(group => group.People).Distinct().Count();

    private static int NullsLast(string? a, string? b) => (a, b) switch
    {
        (null, null) => 0,
        (null, _) => 1,
        (_, null) => -1,
        _ => string.CompareOrdinal(a, b),
    };

    private Task<long> CountAsync(string what) => store.ScalarAsync<long>(
        $"SELECT count({what}) FROM user_logins WHERE create_date BETWEEN '2026-02-01' AND '2026-02-28'");

    private async Task<IReadOnlyList<Group>> GroupsAsync(string column) => Groups(await store.PairsAsync(
        $"""
        SELECT g, user_id, count(*) FROM (SELECT ({column})::text AS g, user_id FROM user_logins t
            WHERE create_date BETWEEN '2026-02-01' AND '2026-02-28') AS x GROUP BY 1, 2
        """));

    /// <summary>The codes of versions, and their texts in the view for readers.</summary>
    private async Task<IReadOnlyDictionary<string, string>> VersionsAsync() => (await store.PairsAsync(
        "SELECT t.app_version::text, r.app_version, count(*) FROM user_logins t "
        + "JOIN user_logins_readable r USING (message_id) GROUP BY 1, 2")).ToDictionary(
            pair => pair.Group!, pair => pair.Person!, StringComparer.Ordinal);

    /// <summary>Devices without an older row, by their day: one row each, and who used them on that day.</summary>
    private async Task<IReadOnlyList<Group>> NewDevicesAsync() => Groups(await store.PairsAsync(
        """
        SELECT create_date::text, user_id, count(*) FILTER (WHERE NOT EXISTS (
            SELECT FROM user_logins o WHERE o.masked_device_id = t.masked_device_id AND o.create_date = t.create_date
                AND o.message_id < t.message_id))
        FROM user_logins t
        WHERE masked_device_id IS NOT NULL AND create_date BETWEEN '2026-02-01' AND '2026-02-28'
            AND NOT EXISTS (SELECT FROM user_logins o WHERE o.masked_device_id = t.masked_device_id
                AND (o.create_date < t.create_date OR o.create_date IS NULL))
        GROUP BY 1, 2
        """));

    private static IReadOnlyList<Group> Groups(IReadOnlyList<(string? Group, string? Person, long Count)> pairs) =>
    [
        .. pairs.GroupBy(pair => pair.Group, StringComparer.Ordinal).Select(group => new Group(
            group.Key,
            group.Sum(pair => pair.Count),
            group.Select(pair => pair.Person).OfType<string>().ToHashSet(StringComparer.Ordinal))),
    ];

    /// <summary>
    /// A table with skewed groups, NULLs, rows without a date, rows before the month, and hostile texts.
    /// </summary>
    private Task FillAsync(int seed) => store.ExecuteAsync(
        $"""
        TRUNCATE user_logins;
        SELECT setseed({seed} / 100.0);
        INSERT INTO user_logins (user_id, device_type, masked_ip, masked_device_id, locale, app_version, create_date,
            message_id)
        SELECT CASE WHEN r[1] < 0.95 THEN 'u' || (r[1] * r[2] * 30)::int END,
            CASE WHEN r[2] < 0.9
                THEN (ARRAY['ios', 'android', '<script>', E'\u001b[2J'])[1 + (r[2] * r[2] * 4)::int] END,
            CASE WHEN r[3] < 0.9 THEN 'ip' || (r[3] * r[4] * 12)::int END,
            CASE WHEN r[4] < 0.9 THEN 'device' || (r[4] * r[5] * 40)::int END,
            CASE WHEN r[5] < 0.8 THEN 'L' || (r[5] * r[6] * 9)::int END,
            (r[6] * 3)::int * 1000000 + (r[7] * r[7] * 3)::int * 1000 + 7,
            CASE WHEN r[7] < 0.97 THEN date '2026-01-25' + (sqrt(r[8]) * 36)::int END,
            gen_random_uuid()
        FROM (SELECT ARRAY[random(), random(), random(), random(), random(), random(), random(), random()] AS r
            FROM generate_series(1, 40 + {seed} * 30)) AS s
        """);

    private sealed record Group(string? Value, long Count, HashSet<string> People);
}

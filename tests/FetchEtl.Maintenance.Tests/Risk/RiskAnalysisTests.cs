using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.Maintenance.Tests;

/// <summary>The risk analysis against SQL that compares each row with each, and as roles with few rights.</summary>
public sealed class RiskAnalysisTests(MaintenanceStore store) : IClassFixture<MaintenanceStore>
{
    private const int Tables = 12;
    private const int MinK = 3;
    private const int Digits = 9;

    [Fact]
    public async Task Of_random_tables_every_measure_equals_that_of_SQL_that_compares_each_row_with_each()
    {
        for (var seed = 1; seed <= Tables; seed++)
        {
            await store.ReplaceAsync(Logins(seed));

            // An odd seed has a population that is larger than the table, an even one has none.
            var plan = new RiskPlan { MinK = MinK, Population = seed % 2 == 0 ? null : 1000 };
            var report = await store.AnalyzeAsync(plan);

            await AssertClassesAsync(report, plan);
            Assert.Equal(["masked_ip", "masked_device_id"], report.Diversity.Select(column => column.Column));
            foreach (var column in report.Diversity)
            {
                var (expected, found) = (
                    await store.NumbersAsync(BruteForce.Diversity(plan.Quasi, column.Column)),
                    new[] { column.Distinct, column.Entropy, column.RecordsOfOneValue });
                AssertEqual(expected, found);
            }

            foreach (var column in report.WithOneMore)
            {
                var counts = await store.NumbersAsync(BruteForce.Classes([.. plan.Quasi, column.Column], MinK));
                AssertEqual([counts[4] / counts[3], counts[5] / counts[3]], [column.Unique, column.Below]);
            }

            Assert.Equal(
                ["masked_device_id", "masked_ip", "user_id"], report.Frequencies.Select(x => x.Column).Order());
            foreach (var column in report.Frequencies)
            {
                AssertEqual(
                    await store.NumbersAsync(BruteForce.Frequencies(column.Column)),
                    [
                        column.Rows, column.Distinct, column.Top is [var most, ..] ? most : 0, column.UniqueMasks,
                        column.UniqueRows, column.ShannonBits, column.MinEntropyBits,
                    ]);
            }

            // Three forms of the date and of the version, one of each other column, and 22 pairs of them.
            Assert.Equal(30, report.Suggestions.Count);
            foreach (var suggestion in report.Suggestions)
            {
                await AssertSuggestionAsync(suggestion, plan);
            }

            AssertSorted(report.Suggestions);
        }
    }

    [Fact]
    public async Task A_role_that_may_only_select_is_enough_and_columns_that_it_may_not_read_are_left_out()
    {
        await store.ReplaceAsync(Logins(seed: 1));
        var all = await store.AnalyzeAsync(new RiskPlan(), "SELECT ON user_logins");
        var some = await store.AnalyzeAsync(
            new RiskPlan(), "SELECT (user_id, device_type, locale, app_version, create_date) ON user_logins");

        Assert.Equal(
            ["user_id", "masked_ip", "masked_device_id", "message_id", "mask_generation"],
            all.WithOneMore.Select(column => column.Column));
        Assert.Equal(["user_id"], some.WithOneMore.Select(column => column.Column));
        Assert.Empty(some.Diversity);
        Assert.Equal(all.Classes.K, some.Classes.K);
        var refused = await Assert.ThrowsAsync<MaskingRefusedException>(() =>
            store.AnalyzeAsync(new RiskPlan(), "SELECT (user_id, locale, app_version, create_date) ON user_logins"));
        Assert.Equal(
            ["The role may not read user_logins.device_type: GRANT SELECT (device_type) ON user_logins to it."],
            refused.Problems);
    }

    [Fact]
    public async Task What_cannot_be_measured_is_refused_with_the_remedy()
    {
        await store.ReplaceAsync(Logins(seed: 2));
        var future = new DateOnly(2999, 1, 1);

        Assert.StartsWith(
            "user_logins has no column country\"; its columns are user_id, device_type,",
            await RefusalAsync(new RiskPlan { Quasi = ["locale", "country\""] }).ContinueWith(x =>
                x.Result.Replace(": its", "; its", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.StartsWith("There is no table no_such;", await RefusalAsync(new RiskPlan { Table = "no_such;" }));
        Assert.Equal(
            "user_logins has no rows of these dates: there is nothing to measure.",
            await RefusalAsync(new RiskPlan { Since = future }));
        Assert.Contains("--max-rows", await RefusalAsync(new RiskPlan { MaxRows = 1 }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Masks_of_two_generations_are_found_since_their_people_count_twice()
    {
        var keys = new[] { TestKeys.First, TestKeys.Second };
        await store.ReplaceAsync([.. Enumerable.Range(0, 4).Select(i => new UserLogin
        {
            UserId = Mask(PiiField.UserId, "ann", 1 + (i % 2)),
            MaskedIp = Mask(PiiField.Ip, "192.0.2.1", 1),
            MaskedDeviceId = i == 0 ? null : $"{i}:device",
            MessageId = Guid.NewGuid(),
        })]);

        var report = await store.AnalyzeAsync(new RiskPlan { MinK = 2 });

        Assert.Equal(2, report.Classes.K);
        Assert.False(report.ReachesMinK);
        var mixed = Assert.Single(report.MixedGenerations);
        Assert.Equal("user_id", mixed.Column);
        Assert.Equal([1, 2], mixed.Generations);
        Assert.True((await store.AnalyzeAsync(new RiskPlan { MinK = 2, Person = null })).ReachesMinK);

        string Mask(PiiField field, string value, int generation) => new KeyedPiiMasker(MaintenanceStore.Masking(keys))
            .MaskOf(field, new PersonalText(value), generation, MaskingMethod.Hmac)!;
    }

    [Fact]
    public async Task Dates_limit_the_rows_and_a_view_can_be_measured()
    {
        var day = new DateOnly(2026, 5, 1);
        await store.ReplaceAsync([.. Enumerable.Range(0, 10).Select(i => new UserLogin
        {
            UserId = $"{i}", Locale = "DE", CreateDate = day.AddDays(i), MessageId = Guid.NewGuid(),
        })]);
        await store.ExecuteAsync(
            """
            CREATE VIEW "By Month" AS SELECT user_id, locale AS "Of Where",
                (date_trunc('month', create_date))::date AS create_date FROM user_logins
            """);
        var plan = new RiskPlan { Since = day.AddDays(2), Until = day.AddDays(6) };

        Assert.Equal(5, (await store.AnalyzeAsync(plan)).People);
        var view = await store.AnalyzeAsync(
            new RiskPlan { Table = "\"By Month\"", Quasi = ["Of Where", "create_date"], Sensitive = [] });
        Assert.Equal((10, 1), (view.Classes.K, view.Classes.Count));
    }

    private async Task AssertClassesAsync(RiskReport report, RiskPlan plan)
    {
        var counts = await store.NumbersAsync(BruteForce.Classes(plan.Quasi, MinK));
        var (classes, share) = (report.Classes, Math.Max(1, (plan.Population ?? 0) / (double)report.People));
        AssertEqual(
            counts[..8],
            [
                classes.K, classes.KOfRows, classes.Count, classes.Records, classes.UniqueRecords,
                classes.RecordsBelow, classes.PeopleBelow, classes.RowsBelow,
            ]);
        Assert.Equal(classes.Records, classes.Sizes.Sum(size => size.Records));
        Assert.Equal(classes.Count, classes.Sizes.Sum(size => size.Classes));
        AssertEqual(
            [counts[5] / counts[3], 1 / counts[0], counts[8]],
            [report.Prosecutor.AtRisk, report.Prosecutor.Highest, report.Prosecutor.Average]);
        AssertEqual(
            [1 / counts[0] / share, counts[8] / share, counts[8] / share],
            [report.Journalist.Highest, report.Journalist.Average, report.Marketer]);
        AssertEqual(
            await store.NumbersAsync(
                "SELECT count(*), count(*) FILTER (WHERE user_id IS NULL), count(DISTINCT user_id) FROM user_logins"),
            [report.Rows, report.RowsWithoutPerson, report.People]);
    }

    private async Task AssertSuggestionAsync(RiskSuggestion suggestion, RiskPlan plan)
    {
        var quasi = plan.Quasi.Select(name =>
            suggestion.Changes.FirstOrDefault(change => change.Column == name) is { } change
                ? BruteForce.Form(change)
                : name);
        var counts = await store.NumbersAsync(BruteForce.Classes(quasi, MinK));
        AssertEqual(
            [counts[0], counts[2], counts[5] / counts[3], counts[7]],
            [suggestion.K, suggestion.Classes, suggestion.Below, suggestion.RowsBelow]);
        Assert.Equal(suggestion.K >= MinK, suggestion.ReachesMinK);
    }

    private static void AssertSorted(IReadOnlyList<RiskSuggestion> suggestions)
    {
        foreach (var (one, next) in suggestions.Zip(suggestions.Skip(1)))
        {
            Assert.True(one.ReachesMinK || !next.ReachesMinK);
            Assert.True(
                one.ReachesMinK != next.ReachesMinK
                || (one.ReachesMinK ? one.Changes.Count <= next.Changes.Count : one.RowsBelow <= next.RowsBelow));
        }
    }

    private async Task<string> RefusalAsync(RiskPlan plan) =>
        (await Assert.ThrowsAsync<MaskingRefusedException>(() => store.AnalyzeAsync(plan))).Message;

    private static void AssertEqual(double[] expected, double[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, Digits));
    }

    /// <summary>
    /// Few values of each column, NULLs in all, and people with many rows. Later seeds have more rows.
    /// </summary>
    private static List<UserLogin> Logins(int seed)
    {
        var random = new Random(seed);
        var years = seed % 3;
        return
        [
            .. Enumerable.Range(0, 10 * seed).Select(_ => new UserLogin
            {
                UserId = Pick("u", 12, 0.1),
                DeviceType = Pick("d", 2, 0.1),
                Locale = Pick("l", 2, 0.3),
                AppVersion = random.Next(8) == 0 ? null : (random.Next(1, 3) * 1_000_000) + (random.Next(2) * 1000)
                    + random.Next(2),
                CreateDate = random.Next(8) == 0
                    ? null
                    : new DateOnly(1999 + years, 12, 20).AddDays(random.Next(20) * random.Next(3)),
                MaskedIp = Pick("i", 5, 0.1),
                MaskedDeviceId = Pick("m", 30, 0.1),
                MessageId = random.Next(5) == 0 ? null : NewId(),
            }),
        ];

        string? Pick(string name, int count, double nulls) =>
            random.NextDouble() < nulls ? null : $"{name}{Math.Min(random.Next(count), random.Next(count))}";

        Guid NewId()
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            return new Guid(bytes);
        }
    }
}

using FetchEtl.Logins;

namespace FetchEtl.Maintenance.Tests;

/// <summary>Which partitions retention removes: none by surprise.</summary>
public sealed class RetentionPlanTests
{
    private static readonly DateOnly Today = new(2026, 11, 27);

    [Theory]
    [InlineData("400d", "2025-10-23")]
    [InlineData("1day", "2026-11-26")]
    [InlineData("13months", "2025-10-27")]
    [InlineData("1month", "2026-10-27")]
    [InlineData("1200months", "1926-11-27")]
    public void A_period_says_the_first_day_that_is_kept(string text, string first)
    {
        Assert.True(RetentionPeriod.TryParse(text, out var period));
        Assert.Equal(DateOnly.Parse(first), period.FirstKept(Today));
        Assert.Equal(DateOnly.MinValue, period.FirstKept(new DateOnly(1, 1, 1)));
        Assert.True(RetentionPeriod.TryParse(period.ToString(), out var again));
        Assert.Equal(period, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0d")]
    [InlineData("13")]
    [InlineData("13m")]
    [InlineData("-1d")]
    [InlineData("1 d")]
    [InlineData("1d\n")]
    [InlineData("36501d")]
    [InlineData("1201months")]
    [InlineData("1year")]
    public void Another_text_is_no_period(string? text) => Assert.False(RetentionPeriod.TryParse(text, out _));

    [Fact]
    public void A_partition_goes_when_all_its_days_are_past_and_the_current_one_never()
    {
        var layout = Layout();

        Assert.Equal(["p2026_08"], Names("2months"));
        Assert.Equal(["p2026_08", "p2026_09", "p2026_10"], Names("1d"));
        Assert.Equal(["p2026_08", "p2026_09"], Names("56d"));
        Assert.Empty(Names("400d"));

        IEnumerable<string> Names(string keep) => Make(layout, keep, Today).Remove.Select(partition => partition.Name);
    }

    [Fact]
    public void A_clock_that_is_behind_removes_no_partition_of_a_day_that_is_to_come() =>
        Assert.Empty(Make(Layout(), "1d", new DateOnly(2026, 8, 31)).Remove);

    [Fact]
    public void Only_a_marked_table_of_an_interrupted_run_is_dropped_and_partitions_of_another_kind_are_left()
    {
        var (marked, kept) = (
            Month(2026, 6) with { IsDetached = true, IsDropPending = true }, Month(2026, 7) with { IsDetached = true });
        var layout = new PartitionLayout(true, [Month(2026, 8) with { IsPlain = false }], [marked, kept]);

        var plan = Make(layout, "1month", Today);

        Assert.Equal([marked], plan.Remove);
        Assert.Equal("p2026_08", Assert.Single(plan.Left).Name);
        Assert.Empty(Make(layout, "1month", Today, drops: false).Remove);

        // The run that was interrupted kept less.
        Assert.Empty(Make(layout, "12months", Today).Remove);
    }

    [Fact]
    public void Partitions_ahead_are_those_of_the_current_interval_and_the_next_ones()
    {
        Assert.Equal(
            [new(2027, 1, 1), new(2027, 2, 1)], PartitionUpkeep.Missing(Layout(), Today, ahead: 3));
        var daily = new PartitionLayout(
            true, [new Partition("p", Today, Today.AddDays(1), 0, 0), Undated], []);
        Assert.Equal(PartitionInterval.Day, daily.Interval);
        Assert.Equal([Today.AddDays(1), Today.AddDays(2)], PartitionUpkeep.Missing(daily, Today, ahead: 2));
        Assert.Equal([new(2026, 11, 1)], PartitionUpkeep.Missing(new(true, [Undated], []), Today, ahead: 0));
    }

    private static Partition Undated => new("undated", null, null, 5, 0) { IsDefault = true };

    private static PartitionLayout Layout() => new(
        true,
        [Month(2026, 8), Month(2026, 9), Month(2026, 10), Month(2026, 11), Month(2026, 12), Undated],
        []);

    private static Partition Month(int year, int month) => new(
        $"p{year}_{month:00}", new DateOnly(year, month, 1), new DateOnly(year, month, 1).AddMonths(1), 10, 8192);

    private static RetentionPlan Make(PartitionLayout layout, string keep, DateOnly today, bool drops = true) =>
        RetentionPeriod.TryParse(keep, out var period)
            ? RetentionPlan.Make(layout, period, today, drops)
            : throw new ArgumentException("It is no period.", nameof(keep));
}

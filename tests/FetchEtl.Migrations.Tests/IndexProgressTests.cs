namespace FetchEtl.Migrations.Tests;

public sealed class IndexProgressTests
{
    [Fact]
    public void A_phase_that_counts_says_its_share_and_the_minutes_left_from_what_was_seen_of_it()
    {
        var began = new IndexPhase("building index: scanning table", 100, 1000, 0);

        Assert.Equal(
            "building index: scanning table, 10 %", IndexProgress.Describe(began, began, TimeSpan.Zero));
        Assert.Equal(
            "building index: scanning table, 40 %, about 2 min left of this phase",
            IndexProgress.Describe(began with { Done = 400 }, began, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_phase_that_waits_says_for_how_many_and_no_time()
    {
        var waits = new IndexPhase("waiting for old snapshots", 0, 0, 2);

        Assert.Equal(
            "waiting for old snapshots, 2 left", IndexProgress.Describe(waits, waits, TimeSpan.FromMinutes(1)));
        Assert.Equal(
            "initializing",
            IndexProgress.Describe(new("initializing", 0, 0, 0), new("initializing", 0, 0, 0), TimeSpan.Zero));
    }
}

using FetchEtl.Local;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>A class of its own, so that this long test runs in parallel with others.</summary>
[Trait("Category", "Long")]
public sealed class LongOutageTests
{
    [Fact]
    public async Task PostgreSQL_down_for_sixty_seconds_with_three_receives_allowed_makes_no_login_a_dead_letter()
    {
        var (estate, server) = await Estate.CreateWithServerAsync(maxReceives: 3);
        await using var _ = estate;
        estate.Settings["Sqs__VisibilityTimeoutSeconds"] = "5";
        await estate.SendAsync(2500, seed: 1);
        await using var run = estate.Start("run");
        await Estate.UntilAsync(async () => await estate.RowsAsync() > 0);

        await server.StopServerAsync(PostgresStop.Fast);
        await estate.SendAsync(2500, seed: 2);
        await Task.Delay(TimeSpan.FromSeconds(60));
        Assert.True((await estate.DepthAsync()).Total >= 2500);
        await server.StartServerAsync();

        await estate.AssertAllWrittenOnceAsync(5000);
        Assert.False(run.HasExited);
    }
}

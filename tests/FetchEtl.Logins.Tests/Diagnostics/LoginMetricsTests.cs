using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Logins.Tests;

public sealed class LoginMetricsTests
{
    [Fact]
    public void The_delay_counts_from_the_sent_time_and_is_never_negative()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 27, 0, 0, 0, TimeSpan.Zero));
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new LoginMetrics(services.GetRequiredService<IMeterFactory>(), time);
        var now = time.GetUtcNow().UtcDateTime;

        metrics.Written([Row(now.AddSeconds(-30)), Row(now.AddSeconds(1)), Row(null)], inserted: 2, TimeSpan.Zero);
        metrics.Written([Row(now.AddMinutes(-1))], inserted: 0, TimeSpan.Zero);

        Assert.Equal((3, TimeSpan.FromSeconds(90)), (metrics.DelayedTotal, metrics.DelaySum));
        Assert.Equal((2, 2, 2), (metrics.WrittenTotal, metrics.DuplicatesTotal, metrics.StatementsTotal));
    }

    private static PendingLogin Row(DateTime? sentTime) =>
        new(new GivenLogin(new UserLogin(), []), CancellationToken.None) { SentTime = sentTime };
}

using System.Diagnostics.Metrics;
using FetchEtl.Logins;
using FetchEtl.Sqs;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Service.Tests;

public sealed class DrainMetricsTests
{
    [Fact]
    public void A_drain_counts_from_zero_and_knows_no_settled_message_before_the_first()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new DrainMetrics(
            new SqsMetrics(),
            new LoginMetrics(services.GetRequiredService<IMeterFactory>()));

        Assert.Null(metrics.LastSettledAt);
        Assert.Equal((0, 0, 0, 0), (metrics.Received, metrics.Settled, metrics.Statements, metrics.Returned));
        Assert.Empty(metrics.ApiCallsByOperation());
    }
}

using FetchEtl.Benchmarks;
using FetchEtl.Testing;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The service in this process, so that every sink can be read, over a table that quotes its rows.</summary>
public sealed class ServiceLeakTests
{
    private readonly CanaryWatch _canaries = new();

    [Fact]
    public async Task No_message_retry_or_outage_shows_a_canary_in_logs_spans_metrics_exceptions_or_health()
    {
        await using var estate = await Estate.CreateAsync();
        TraceLogging.AddTo(estate.Settings);
        estate.Settings["ConnectionStrings__Logins"] += ";Include Error Detail=true";
        await estate.ExecuteAsync(LeakEstate.QuotingTrigger);
        var observer = new LeakObserver(_canaries);
        var invalid = LeakMessages.Invalid().ToList();
        await using (var worker = await ObservedWorker.StartAsync(estate.Settings, _canaries, CancellationToken.None))
        {
            observer.ConnectTo(worker.Services.GetRequiredService<IBusControl>());
            await estate.SendAsync(
                [.. LeakMessages.Logins(20), .. invalid, .. LeakMessages.Plain(5, LeakMessages.RefusedType)]);
            await estate.UntilOnlyRefusedAreLeftAsync(5);
            await UntilAsync(HealthStatus.Degraded, worker.Services);
            await estate.ExecuteAsync(LeakEstate.RefuseNone);
            await estate.UntilQueueIsEmptyAsync();

            await using (var table = await TableLock.TakeAsync(estate.ConnectionString))
            {
                await estate.SendAsync(LeakMessages.Logins(5));
                await table.WaitForBlockedAsync(1);
                await table.TerminateBlockedAsync();
            }

            await estate.UntilQueueIsEmptyAsync();
            await estate.ExecuteAsync("ALTER TABLE user_logins RENAME TO away");
            await estate.SendAsync(LeakMessages.Logins(5));
            await UntilAsync(HealthStatus.Unhealthy, worker.Services);
            await estate.ExecuteAsync("ALTER TABLE away RENAME TO user_logins");
            await estate.UntilQueueIsEmptyAsync();
        }

        Assert.Equal(invalid.Count, await estate.LookAtDestinationsAsync(_canaries));
        Assert.Equal(35, await estate.RowsAsync());
        Assert.Empty(observer.Sent);
        _canaries.AssertNoneIn("logs", "spans", "metrics", "exceptions", "health", "dead-letter attributes", "table");
    }

    [Theory]
    [InlineData("a canary-user-1 b")]
    [InlineData("CANARY-")]
    [InlineData("::ffff:198.18.0.1")]
    [InlineData("2001:DB8::1")]
    [InlineData("1663616E6172792D31")]
    [InlineData("eyJhIjoiY2FuYXJ5LTEifQ==")]
    [InlineData("IGNhbmFyeS0x")]
    [InlineData("ICBjYW5hcnktMQ==")]
    public void A_canary_is_seen_as_text_in_base64_and_in_hex(string text)
    {
        _canaries.Look("test", text);

        Assert.Equal(1, _canaries.Count);
    }

    [Fact]
    public void A_canary_is_seen_in_what_an_exception_carries()
    {
        var inner = new InvalidOperationException("inner") { Data = { ["a"] = Canaries.UserId } };

        _canaries.Look("test", new InvalidOperationException("outer", inner));

        Assert.Equal(1, _canaries.Count);
    }

    private async Task UntilAsync(HealthStatus status, IServiceProvider services) => await Estate.UntilAsync(async () =>
    {
        var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        foreach (var (name, entry) in report.Entries)
        {
            _canaries.Look(
                "health",
                $"{name} {entry.Status} {entry.Description} {string.Join(' ', entry.Data)} "
                + $"{string.Join(' ', entry.Tags)}");
            _canaries.Look("health", entry.Exception);
        }

        return report.Status == status;
    });
}

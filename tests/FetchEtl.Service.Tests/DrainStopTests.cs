using FetchEtl.Local;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.Service.Tests;

public sealed class DrainStopTests
{
    [Fact]
    public async Task A_drain_that_is_stopped_while_it_starts_still_sums_up_what_was_done()
    {
        await using var sqs = await LocalSqs.StartAsync();
        using var stop = new CancellationTokenSource();
        var builder = ServiceHost.CreateDrain(
        [
            $"--Sqs:ServiceUrl={sqs.ServiceUrl}", "--Sqs:CreateQueues=true", $"--Masking:Keys:0={TestKeys.First}",
            "--ConnectionStrings:Logins=Host=127.0.0.1;Port=1;Database=logins;Username=etl",
            "--Logging:LogLevel:Default=None",
        ]);
        builder.Services.AddHostedService(_ => new StopAtStart(stop));
        using var host = builder.BuildValidated();

        var result = await new Drainer(host).RunAsync(stop.Token);

        Assert.Equal((false, 0L), (result.IsEmpty, result.Summary.Received));
        var line = Assert.Single(DrainEnding.Describe(result, "login-queue", isStopped: true));
        Assert.StartsWith("stopped before login-queue was empty", line);
    }

    private sealed class StopAtStart(CancellationTokenSource stop) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            stop.Cancel();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

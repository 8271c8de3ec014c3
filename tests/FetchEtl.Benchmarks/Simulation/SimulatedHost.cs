using Amazon.SQS;
using FetchEtl.Service;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Benchmarks;

/// <summary>The host that <c>drain</c> starts, with a simulated worker inside.</summary>
internal sealed class SimulatedHost : IHost
{
    private readonly SimulatedWorker _worker;
    private readonly ServiceProvider _services;

    public SimulatedHost(SimulatedWorker worker, SchedulePlan plan)
    {
        _worker = worker;
        var settings = new SqsSettings { VisibilityTimeoutSeconds = (int)plan.VisibilityTimeout.TotalSeconds };
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(worker.Process)
            .AddSingleton<IAmazonSQS>(worker.Client)
            .AddSingleton(worker.SqsMetrics)
            .AddSingleton(worker.LoginMetrics)
            .AddSingleton(Options.Create(settings))
            .BuildServiceProvider();
    }

    public IServiceProvider Services => _services;

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        _worker.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => _worker.StopAsync();

    public void Dispose() => _services.Dispose();
}

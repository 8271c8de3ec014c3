using System.Diagnostics.Metrics;
using MassTransit;
using MassTransit.Observables;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FetchEtl.Sqs;

internal sealed class SqsFactoryConfigurator(IServiceProvider services) : ISqsFactoryConfigurator, ISpecification
{
    private readonly List<(string QueueName, Action<ISqsReceiveEndpointConfigurator> Configure)> _endpoints = [];
    private readonly ReceiveEndpointObservable _observers = new();
    private readonly SqsClientOptions _host = new();
    private bool _hostConfigured;

    public void Host(Action<SqsClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        if (_hostConfigured)
        {
            throw new ConfigurationException("The SQS host may be configured once.");
        }

        _hostConfigured = true;
        configure(_host);
    }

    public void ReceiveEndpoint(string queueName, Action<ISqsReceiveEndpointConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _endpoints.Add((queueName, configure));
    }

    public ConnectHandle ConnectReceiveEndpointObserver(IReceiveEndpointObserver observer) => _observers.Connect(observer);

    public IEnumerable<ValidationResult> Validate()
    {
        foreach (var (queueName, _) in _endpoints)
        {
            if (string.IsNullOrWhiteSpace(queueName))
            {
                yield return this.Failure("QueueName", "should not be empty");
            }
        }

        foreach (var group in _endpoints.GroupBy(x => x.QueueName).Where(x => x.Count() > 1))
        {
            yield return this.Failure("QueueName", $"'{group.Key}' has more than one receive endpoint");
        }
    }

    public SqsRider Build(IBusInstance busInstance)
    {
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var metrics = services.GetService<SqsMetrics>() ?? new SqsMetrics(services.GetService<IMeterFactory>(), time);
        var client = new SqsClient(_host, metrics, loggers, time);
        var endpoints = new ReceiveEndpointCollection();

        foreach (var (queueName, configure) in _endpoints)
        {
            var endpointName = $"sqs/{queueName}";
            var configuration = new SqsReceiveEndpointConfiguration(
                busInstance, busInstance.HostConfiguration.CreateReceiveEndpointConfiguration(endpointName), queueName);
            configuration.ConnectReceiveEndpointObserver(_observers);
            configure(configuration);
            endpoints.Add(endpointName, configuration.Build(client, metrics, loggers, time));
        }

        return new SqsRider(endpoints);
    }
}

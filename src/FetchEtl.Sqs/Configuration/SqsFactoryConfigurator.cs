using System.Diagnostics.Metrics;
using Amazon.S3;
using Amazon.SQS;
using MassTransit;
using MassTransit.Configuration;
using MassTransit.Observables;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FetchEtl.Sqs;

internal sealed class SqsFactoryConfigurator(IServiceProvider services, RiderClients own)
    : ISqsFactoryConfigurator, IBusInstanceSpecification
{
    private readonly List<(string QueueName, Action<ISqsReceiveEndpointConfigurator> Configure)> _endpoints = [];
    private readonly ReceiveEndpointObservable _observers = new();
    private SqsClientOptions? _host;
    private IAmazonS3? _s3;

    public void Host(Action<SqsClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        if (_host is not null)
        {
            throw new ConfigurationException("The SQS host can be configured only once.");
        }

        _host = new SqsClientOptions();
        configure(_host);
    }

    public void ReceiveEndpoint(string queueName, Action<ISqsReceiveEndpointConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _endpoints.Add((queueName, configure));
    }

    public ConnectHandle ConnectReceiveEndpointObserver(IReceiveEndpointObserver observer) =>
        _observers.Connect(observer);

    public IEnumerable<ValidationResult> Validate() =>
    [
        .. _endpoints.Where(x => string.IsNullOrWhiteSpace(x.QueueName))
            .Select(_ => this.Failure("QueueName", "should not be empty")),
        .. _endpoints.GroupBy(x => x.QueueName).Where(x => x.Count() > 1)
            .Select(x => this.Failure("QueueName", $"'{x.Key}' has more than one receive endpoint")),
    ];

    public void Configure(IBusInstance busInstance)
    {
        var rider = CreateServices();
        var endpoints = new ReceiveEndpointCollection();
        foreach (var (queueName, configure) in _endpoints)
        {
            var endpointName = $"sqs/{queueName}";
            var configuration = new SqsReceiveEndpointConfiguration(
                busInstance, busInstance.HostConfiguration.CreateReceiveEndpointConfiguration(endpointName), queueName);
            configuration.ConnectReceiveEndpointObserver(_observers);
            configure(configuration);
            endpoints.Add(endpointName, configuration.Build(rider, S3));
        }

        busInstance.Connect<ISqsRider>(new SqsRider(endpoints));
    }

    private IAmazonS3 S3() => _s3 ??= services.GetService<IAmazonS3>() ?? own.Add(new AmazonS3Client());

    private SqsRiderServices CreateServices()
    {
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        var metrics = services.GetService<SqsMetrics>() ?? new SqsMetrics(services.GetService<IMeterFactory>(), time);
        var client = _host is null ? services.GetService<IAmazonSQS>() : null;
        return new SqsRiderServices(
            client ?? own.Add(SqsClientFactory.Create(_host ?? new SqsClientOptions(), metrics, loggers, time)),
            metrics,
            loggers.CreateLogger<SqsRider>(),
            time,
            new Backoff(new Random()));
    }
}

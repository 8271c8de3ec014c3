using Amazon.S3;
using FetchEtl.Logins;
using FetchEtl.Masking;
using FetchEtl.Sqs;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>
/// Composes the service: the SQS rider, and the login consumer as the only consumer on the bus.
/// </summary>
internal static class ServiceHost
{
    /// <summary>Creates the host of the verbs that move logins from the queue into the table.</summary>
    public static HostApplicationBuilder CreateConsumer(
        string[] settings, IDictionary<string, string?>? overrides = null)
    {
        var builder = Create(settings, overrides);
        builder.AddTelemetry(scrapes: false);
        AddConsumer(builder, ReadService(builder));
        return builder;
    }

    /// <summary>
    /// The same for <c>run</c>, which also reports on its work: in the log, and over HTTP where <c>Service:Urls</c>
    /// says so.
    /// </summary>
    public static HostApplicationBuilder CreateRun(
        string[] settings, IDictionary<string, string?>? overrides = null)
    {
        var builder = Create(settings, overrides);
        var service = ReadService(builder);

        builder.AddTelemetry(scrapes: !string.IsNullOrEmpty(service.Urls));

        // Hosted services start in this order, and stop in the opposite one: what reports comes before what works.
        if (!string.IsNullOrEmpty(service.Urls))
        {
            builder.AddWebServer();
        }

        builder.Services.TryAddSingleton<QueueWatch>();
        builder.Services.TryAddSingleton<Readiness>();
        builder.Services.AddSingleton<WorkMeter>();
        builder.Services.AddHostedService(SummaryLog.Create);

        AddConsumer(builder, service);
        return builder;
    }

    /// <summary>Not validated here: the host reports all invalid settings together, once it is built.</summary>
    private static ServiceSettings ReadService(HostApplicationBuilder builder)
    {
        var service = new ServiceSettings();
        SettingsReader.Read(builder.Configuration.GetSection(ServiceSettings.Section), service);
        return service;
    }

    private static void AddConsumer(HostApplicationBuilder builder, ServiceSettings service)
    {
        builder.Services.AddLogins(builder.Configuration);
        var shutdownTimeout = TimeSpan.FromSeconds(service.ShutdownTimeoutSeconds);
        builder.Services.Configure<HostOptions>(x => x.ShutdownTimeout = shutdownTimeout);
        builder.Services.Configure<MassTransitHostOptions>(x =>
        {
            x.WaitUntilStarted = true;
            x.StopTimeout = shutdownTimeout;
            // The consumer reacts to cancellation at once: it withdraws the rows that no statement writes yet, and
            // awaits the others.
            x.ConsumerStopTimeout = TimeSpan.Zero;
        });
        // Created only where payloads are read.
        builder.Services.AddSingleton<IAmazonS3>(static services => PayloadClient.Create(
            services.GetRequiredService<IConfiguration>(), Environment.GetEnvironmentVariable));
        builder.Services.AddMassTransit(x =>
        {
            // The service calls no host that its operator did not name.
            x.DisableUsageTelemetry();
            x.UsingInMemory((_, _) => { });
            x.AddRider(rider =>
            {
                rider.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
                rider.UsingSqs((context, sqs) =>
                {
                    var options = context.GetRequiredService<IOptions<SqsSettings>>().Value;
                    sqs.ReceiveEndpoint(options.QueueName, endpoint =>
                    {
                        endpoint.PrefetchCount = options.PrefetchCount;
                        endpoint.PrefetchBytes = (long)options.PrefetchMebibytes * SqsSettings.Mebibyte;
                        endpoint.DeadLetterQueueName = options.DeadLetterQueue;
                        endpoint.CreateQueues = options.CreateQueues;
                        endpoint.WaitTime = TimeSpan.FromSeconds(options.WaitTimeSeconds);
                        endpoint.VisibilityTimeout = TimeSpan.FromSeconds(options.VisibilityTimeoutSeconds);
                        endpoint.ReceiveGate = context.GetRequiredService<LoginWriter>().WaitForOutageEndAsync;
                        endpoint.IdentityKeys = IdentityKeys.Derive(
                            context.GetRequiredService<IOptions<LoginsOptions>>().Value.Masking);
                        endpoint.DeadLetterRule = LoginRules.Of;
                        endpoint.Unwrap = options.Unwrap;
                        endpoint.PayloadBuckets = [.. options.PayloadBuckets];
                        endpoint.DeletePayloads = options.DeletePayloads;
                        endpoint.ConfigureLoginEndpoint(context);
                    });
                });
            });
        });
    }

    /// <summary>
    /// The same for the verbs that end with the queue. Long polls show that it is empty, and short ones end soon.
    /// </summary>
    public static HostApplicationBuilder CreateDrain(
        string[] settings, IDictionary<string, string?>? overrides = null)
    {
        var builder = CreateConsumer(settings, overrides);
        builder.Services.PostConfigure<SqsSettings>(
            // An invalid value is left to the validation.
            x => x.WaitTimeSeconds = SqsSettingsValidator.IsWaitTime(x.WaitTimeSeconds) ? 1 : x.WaitTimeSeconds);
        return builder;
    }

    /// <summary>Creates the host of the verbs that only call SQS.</summary>
    public static HostApplicationBuilder Create(string[] settings, IDictionary<string, string?>? overrides = null)
    {
        var builder = CreateUnchecked(settings, overrides);
        SettingsSections.Check(builder.Configuration);
        return builder;
    }

    /// <summary>The same, with misspelled sections left to the caller.</summary>
    public static HostApplicationBuilder CreateUnchecked(
        string[] settings, IDictionary<string, string?>? overrides = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(
            new HostApplicationBuilderSettings { ApplicationName = "fetch-etl" });
        Configure(builder.Configuration, settings)
            .AddInMemoryCollection(overrides ?? new Dictionary<string, string?>());

        // The verb reports a failed start, and the login writer reports a failed statement. These categories would
        // report them again, with stack traces.
        builder.Logging
            .AddFilter("MassTransit", LogLevel.Error)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)
            .AddFilter("Microsoft.EntityFrameworkCore", LogLevel.None)
            .AddConfiguration(builder.Configuration.GetSection("Logging"))
            .AddConsoleLog(isTerminal: !Console.IsErrorRedirected, Environment.GetEnvironmentVariable);
        builder.Services.AddSingleton<IHostLifetime, NoSignalsLifetime>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddMetrics();
        builder.Services.AddSingleton<IValidateOptions<SqsSettings>, SqsSettingsValidator>();
        builder.Services.AddSingleton<IValidateOptions<ServiceSettings>, ServiceSettingsValidator>();
        Bind<SqsSettings>(builder, SqsSettings.Section);
        Bind<ServiceSettings>(builder, ServiceSettings.Section);
        builder.Services.AddSqsClient(Apply);

        return builder;
    }

    /// <summary>Adds the sources of settings: the file, the environment, the command line.</summary>
    public static IConfigurationBuilder Configure(IConfigurationBuilder configuration, string[] settings) =>
        configuration
            .SetBasePath(Directory.GetCurrentDirectory())
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
            .AddEnvironmentVariables()
            .AddCommandLine(settings);

    private static void Bind<T>(HostApplicationBuilder builder, string section)
        where T : class =>
        builder.Services.AddOptions<T>()
            // The validators report what cannot be read.
            .Configure(x => SettingsReader.Read(builder.Configuration.GetSection(section), x))
            .ValidateOnStart();

    /// <summary>Sets the options of the SQS client from the settings.</summary>
    public static void Apply(IServiceProvider services, SqsClientOptions client)
    {
        var settings = services.GetRequiredService<IOptions<SqsSettings>>().Value;
        client.ServiceUrl = settings.ServiceUrl;
        client.RequireTls = settings.RequireTls;
        client.Region = settings.Region;
        client.Protocol = settings.Protocol;
        client.DirectCalls = settings.DirectCalls;
        AwsSettings.Apply(services.GetRequiredService<IConfiguration>(), client);
        client.Credentials ??= LocalCredentials.For(client, Environment.GetEnvironmentVariable);
    }
}

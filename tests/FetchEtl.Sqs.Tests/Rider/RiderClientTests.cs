using Amazon.Runtime;
using Amazon.S3;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Local;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// Which clients the rider uses, and which of them it disposes. SQS's is that of <c>Host</c>, else the registered one,
/// else one from AWS's environment. Each test starts a bus and checks which server its calls reach.
/// </summary>
[Collection(SdkWideSettings.Name)]
public sealed class RiderClientTests : IAsyncLifetime
{
    private static readonly BasicAWSCredentials Credentials = new("test", "test");

    private readonly AwsEnvironment _environment = new();
    private LocalSqs _expected = null!;
    private LocalSqs _other = null!;

    public async Task InitializeAsync()
    {
        _expected = await LocalSqs.StartAsync();
        _other = await LocalSqs.StartAsync();
    }

    public async Task DisposeAsync()
    {
        _environment.Dispose();
        await _expected.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task Host_decides_even_where_a_client_is_registered()
    {
        using var registered = Client(_other);
        _environment.Use(_other);

        await RunAsync(registered, options =>
        {
            options.ServiceUrl = _expected.ServiceUrl;
            options.Credentials = Credentials;
        });

        AssertOnlyExpectedIsCalled();
    }

    [Fact]
    public async Task Without_Host_the_registered_client_is_used()
    {
        using var registered = Client(_expected);
        _environment.Use(_other);

        await RunAsync(registered);

        AssertOnlyExpectedIsCalled();
    }

    [Fact]
    public async Task Without_Host_and_a_registered_client_the_AWS_environment_decides()
    {
        _environment.Use(_expected);

        await RunAsync();

        AssertOnlyExpectedIsCalled();
    }

    [Fact]
    public async Task Without_a_region_anywhere_the_start_fails_with_the_remedies()
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => RunAsync());

        var cause = Assert.IsType<SqsSettingsException>(exception.GetBaseException());
        Assert.Contains("set Region, AWS_REGION or the region of the profile", cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Own_clients_serve_a_bus_that_starts_again_and_end_with_the_service_provider()
    {
        _environment.Use(_expected);
        var host = Build(["notes", "letters"], endpoint => endpoint.PayloadBuckets = ["payloads"]);
        var bus = host.Services.GetRequiredService<IBusControl>();

        await bus.StartAsync();
        await bus.StopAsync();
        await bus.StartAsync();
        await bus.StopAsync();
        Assert.Equal(8, _expected.CallCounts["GetQueueUrl"]);

        var own = host.Services.GetRequiredService<RiderClients>().All;
        Assert.Equal(2, own.Count);
        host.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => Assert.Single(own.OfType<IAmazonSQS>()).ListQueuesAsync(new ListQueuesRequest()));
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => Assert.Single(own.OfType<IAmazonS3>()).ListBucketsAsync());
    }

    [Fact]
    public async Task Registered_clients_outlive_the_service_provider()
    {
        using var sqs = Client(_expected);
        using var s3 = new AmazonS3Client(Credentials, Amazon.RegionEndpoint.EUCentral1);
        using (var host = Build(
            ["notes"],
            endpoint => endpoint.PayloadBuckets = ["payloads"],
            services => services.AddSingleton<IAmazonSQS>(sqs).AddSingleton<IAmazonS3>(s3)))
        {
            await host.StartAsync();
            await host.StopAsync();
            Assert.Empty(host.Services.GetRequiredService<RiderClients>().All);
        }

        await sqs.ListQueuesAsync(new ListQueuesRequest());
        AssertOnlyExpectedIsCalled();
    }

    private static AmazonSQSClient Client(LocalSqs server) => new(
        Credentials,
        new AmazonSQSConfig { ServiceURL = server.ServiceUrl.ToString(), AuthenticationRegion = "us-east-1" });

    /// <summary>Starts a bus with a receive endpoint, and stops it.</summary>
    private static async Task RunAsync(IAmazonSQS? registered = null, Action<SqsClientOptions>? configureHost = null)
    {
        using var host = Build(
            ["notes"],
            configureHost: configureHost,
            register: registered is null ? null : services => services.AddSingleton(registered));
        await host.StartAsync();
        await host.StopAsync();
    }

    private static IHost Build(
        string[] queues,
        Action<ISqsReceiveEndpointConfigurator>? configure = null,
        Action<IServiceCollection>? register = null,
        Action<SqsClientOptions>? configureHost = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        register?.Invoke(builder.Services);
        builder.Services.Configure<MassTransitHostOptions>(x => x.WaitUntilStarted = true);
        builder.Services.AddMassTransit(x =>
        {
            x.DisableUsageTelemetry();
            x.UsingInMemory((_, _) => { });
            x.AddRider(rider => rider.UsingSqs((_, sqs) =>
            {
                if (configureHost is not null)
                {
                    sqs.Host(configureHost);
                }

                foreach (var queue in queues)
                {
                    sqs.ReceiveEndpoint(queue, endpoint =>
                    {
                        endpoint.CreateQueues = true;
                        configure?.Invoke(endpoint);
                    });
                }
            }));
        });
        return builder.Build();
    }

    private void AssertOnlyExpectedIsCalled()
    {
        Assert.Equal(2, _expected.CallCounts["CreateQueue"]);
        Assert.Empty(_other.CallCounts);
    }
}

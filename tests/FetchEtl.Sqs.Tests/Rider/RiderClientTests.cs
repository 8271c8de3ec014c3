using Amazon.Runtime;
using Amazon.SQS;
using FetchEtl.Local;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// Which client the rider uses: that of <c>Host</c>, else the registered one, else one from AWS's environment. Each
/// test starts a bus and checks which server its calls reach.
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

    private static AmazonSQSClient Client(LocalSqs server) => new(
        Credentials,
        new AmazonSQSConfig { ServiceURL = server.ServiceUrl.ToString(), AuthenticationRegion = "us-east-1" });

    /// <summary>Starts a bus with a receive endpoint, and stops it.</summary>
    private static async Task RunAsync(IAmazonSQS? registered = null, Action<SqsClientOptions>? configureHost = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        if (registered is not null)
        {
            builder.Services.AddSingleton(registered);
        }

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

                sqs.ReceiveEndpoint("notes", endpoint => endpoint.CreateQueues = true);
            }));
        });
        using var host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();
    }

    private void AssertOnlyExpectedIsCalled()
    {
        Assert.Equal(2, _expected.CallCounts["CreateQueue"]);
        Assert.Empty(_other.CallCounts);
    }
}

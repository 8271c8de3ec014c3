using System.Net;
using System.Net.Sockets;
using FetchEtl.Service;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The watch records the whole process, so no other test may run at the same time.</summary>
[CollectionDefinition(nameof(PrivacyTests), DisableParallelization = true)]
[Collection(nameof(PrivacyTests))]
public sealed class PrivacyTests
{
    [Fact]
    public async Task The_service_connects_to_SQS_and_PostgreSQL_and_to_no_other_host()
    {
        await using var estate = await Estate.CreateAsync();
        await using var send = await estate.RunAsync("send", "--count", "200", "--seed", "5", "--invalid", "0.1");
        // A different connection string, so that the service opens connections of its own, outside the fixture's pool.
        estate.Settings["ConnectionStrings__Logins"] += ";Application Name=watched";
        var settings = estate
            .Settings.Select(x => $"--{x.Key.Replace("__", ":", StringComparison.Ordinal)}={x.Value}")
            .ToArray();

        using var watch = new ConnectionWatch();
        using (var host = ServiceHost.CreateConsumer(settings).Build())
        {
            // MassTransit would report its usage minutes later, so the watch alone could miss that.
            Assert.False(host.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
            var (summary, _, _) = await new Drainer(host).RunAsync(CancellationToken.None);
            Assert.Equal(200, summary.Settled);
        }

        var postgres = new NpgsqlConnectionStringBuilder(estate.ConnectionString).Port;
        var known = new[] { estate.ServiceUrl.Port, postgres };
        Assert.NotEmpty(watch.Connections);
        Assert.All(known, port => Assert.Contains(watch.Connections, x => Names(x, port)));
        Assert.All(watch.Connections, x => Assert.Contains(known, port => Names(x, port)));
        Assert.All(watch.Lookups, x => Assert.Equal("127.0.0.1", x));
    }

    [Fact]
    public async Task The_watch_sees_a_connection_to_another_host()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        using var watch = new ConnectionWatch();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)other.LocalEndpoint);

        Assert.Contains(watch.Connections, x => Names(x, ((IPEndPoint)other.LocalEndpoint).Port));
    }

    /// <summary>
    /// The event holds an address as bytes: two of the port, then a loopback address, IPv4 or mapped to IPv6.
    /// </summary>
    private static bool Names(string address, int port) =>
        address.Contains($":{{{port >> 8},{port & 0xff},", StringComparison.Ordinal)
        && address.Contains(",127,0,0,1,", StringComparison.Ordinal);
}

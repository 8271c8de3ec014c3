using System.Net;
using System.Net.Sockets;
using MassTransit;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// MassTransit waits for a cancelled start until every endpoint was ready or has failed. An endpoint that is stopped
/// while SQS has not answered yet must report one of them, or the start never ends.
/// </summary>
public sealed class StoppedStartTests
{
    [Fact]
    public async Task A_start_that_is_cancelled_while_SQS_does_not_answer_ends_at_once()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var host = await RiderHost.CreateAsync(
            serviceUrl: new Uri($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}"));
        using var stop = new CancellationTokenSource();
        var starting = host.StartBusAsync(stop.Token);
        using var lookup = await silent.AcceptTcpClientAsync();

        await stop.CancelAsync();

        var end = await Assert.ThrowsAnyAsync<Exception>(() => starting.WaitAsync(LoopHost.Limit));
        Assert.True(end is ConnectionException or OperationCanceledException, end.GetType().Name);
    }

    [Fact]
    public async Task A_start_that_is_cancelled_before_the_endpoint_has_begun_ends_at_once()
    {
        // The endpoint's task begins on the thread pool, so some of these stops come before it.
        for (var start = 0; start < 20; start++)
        {
            await using var host = await RiderHost.CreateAsync(serviceUrl: new Uri("http://127.0.0.1:1"));
            using var stop = new CancellationTokenSource();

            var starting = host.StartBusAsync(stop.Token);
            stop.Cancel();

            var end = await Assert.ThrowsAnyAsync<Exception>(() => starting.WaitAsync(LoopHost.Limit));
            Assert.True(end is ConnectionException or OperationCanceledException, end.GetType().Name);
        }
    }
}

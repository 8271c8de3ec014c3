using System.Net;
using System.Net.Sockets;
using FetchEtl.Benchmarks;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The network of <c>chaos</c>, which forwards, stalls, switches and makes zombies.</summary>
public sealed class TcpForwarderTests : IAsyncLifetime
{
    private static readonly byte[] Insert = [.. "P INSERT INTO user_logins "u8, (byte)'S', 0, 0, 0, 4];
    private static readonly byte[] Commit = [(byte)'Q', 0, 0, 0, 11, .. "COMMIT\0"u8];

    private readonly TcpListener _first = new(IPAddress.Loopback, 0);
    private readonly TcpListener _second = new(IPAddress.Loopback, 0);
    private TcpForwarder _forwarder = null!;

    public Task InitializeAsync()
    {
        _first.Start();
        _second.Start();
        _forwarder = TcpForwarder.Start(Port(_first));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _forwarder.DisposeAsync();
        _first.Stop();
        _second.Stop();
    }

    [Fact]
    public async Task Both_directions_are_forwarded_and_a_close_closes_the_other_side()
    {
        var (client, server) = await ConnectAsync(_first);

        await client.SendAsync(Insert);
        Assert.Equal(Insert, await ReadAsync(server, Insert.Length));
        await server.SendAsync(Commit);
        Assert.Equal(Commit, await ReadAsync(client, Commit.Length));
        client.Close();

        Assert.True(await IsClosedAsync(server));
    }

    [Fact]
    public async Task A_zombie_loses_the_end_of_its_statement_and_the_server_notices_no_close()
    {
        var (client, server) = await ConnectAsync(_first);
        _forwarder.MakeZombies(1);

        await client.SendAsync(Insert);
        Assert.Equal(Insert[..^5], await ReadAsync(server, Insert.Length - 5));
        await client.SendAsync(Commit);
        client.Close();

        var reading = IsClosedAsync(server);
        var (other, otherServer) = await ConnectAsync(_first);
        await other.SendAsync(Insert);
        Assert.Equal(Insert, await ReadAsync(otherServer, Insert.Length));
        Assert.False(reading.IsCompleted);
        Assert.Equal(1, _forwarder.Zombies);
        _forwarder.EndZombies();
        Assert.True(await reading);
    }

    [Fact]
    public async Task A_zombie_of_a_transaction_loses_its_commit()
    {
        var (client, server) = await ConnectAsync(_first);
        await client.SendAsync(Insert);
        await ReadAsync(server, Insert.Length);
        _forwarder.MakeZombies(1);

        await client.SendAsync(Commit);
        var reading = IsClosedAsync(server);
        while (_forwarder.Zombies == 0)
        {
            await Task.Delay(10);
        }

        Assert.False(reading.IsCompleted);
        _forwarder.EndZombies();
        Assert.True(await reading);
    }

    [Fact]
    public async Task After_a_switch_old_connections_are_closed_and_new_ones_reach_the_other_server()
    {
        var (_, server) = await ConnectAsync(_first);

        _forwarder.Switch(Port(_second));
        Assert.True(await IsClosedAsync(server));

        var (client, other) = await ConnectAsync(_second);
        await client.SendAsync(Insert);
        Assert.Equal(Insert, await ReadAsync(other, Insert.Length));
    }

    [Fact]
    public async Task What_is_sent_while_the_network_is_stalled_is_lost_when_it_drops()
    {
        var (client, server) = await ConnectAsync(_first);
        _forwarder.Stall();

        await client.SendAsync(Insert);
        _forwarder.Drop();

        Assert.True(await IsClosedAsync(server));
        Assert.True(await IsClosedAsync(client));
    }

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private async Task<(Socket Client, Socket Server)> ConnectAsync(TcpListener listener)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, _forwarder.Port);
        return (client, await listener.AcceptSocketAsync());
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = await socket.ReceiveAsync(bytes.AsMemory(read));
            Assert.NotEqual(0, more);
            read += more;
        }

        return bytes;
    }

    /// <summary>Waits for the end of the connection. False where a byte comes first.</summary>
    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1]) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}

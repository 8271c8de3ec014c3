using System.Net;
using System.Net.Sockets;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// A TCP relay to PostgreSQL. On request it cuts a connection after the server has replied, before the reply reaches
/// the client, so the statement is committed and the client does not know it. Or it lets connections hang: it relays
/// nothing and closes nothing.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly IPEndPoint _server;
    private readonly Task _accepting;
    private int _cutsLeft;
    private int _connections;
    private int _hanging;
    private int _commitsToSwallow;
    private volatile bool _swallowsCancels;

    public CuttingProxy(IPEndPoint server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The number of connections that were cut before a reply reached the client.</summary>
    public int Cuts { get; private set; }

    /// <summary>Cuts the next connections on which the server replies.</summary>
    public void CutNextReplies(int count) => Volatile.Write(ref _cutsLeft, count);

    /// <summary>From now on the present connections relay nothing. New connections work.</summary>
    public void HangConnections() => Volatile.Write(ref _hanging, Volatile.Read(ref _connections));

    /// <summary>
    /// The next connection on which the client sends COMMIT hangs from there on, without that COMMIT. The server's side
    /// stays open even when the client gives up, as behind a firewall that drops packets.
    /// </summary>
    public void SwallowNextCommit() => Volatile.Write(ref _commitsToSwallow, 1);

    /// <summary>
    /// From now on no cancel request reaches the server: a statement runs on there, and nothing confirms its end.
    /// </summary>
    public void SwallowCancels() => _swallowsCancels = true;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true)
            {
                relays.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        var number = Interlocked.Increment(ref _connections);
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(_server);
            client.NoDelay = server.NoDelay = true;
            var sends = CopyAsync(client.GetStream(), server.GetStream(), number, cuts: false);
            var replies = CopyAsync(server.GetStream(), client.GetStream(), number, cuts: true);
            await Task.WhenAny(sends, replies);
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, int number, bool cuts)
    {
        try
        {
            var buffer = new byte[65536];
            while (await from.ReadAsync(buffer, _stop.Token) is > 0 and var count)
            {
                if (number <= Volatile.Read(ref _hanging))
                {
                    continue;
                }

                if (!cuts && _swallowsCancels && buffer.AsSpan(0, count) is [0, 0, 0, 16, 4, 210, 22, 46, ..])
                {
                    return;
                }

                if (!cuts && buffer.AsSpan(0, count).IndexOf("COMMIT\0"u8) >= 0
                    && Interlocked.CompareExchange(ref _commitsToSwallow, 0, 1) == 1)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
                }

                if (cuts && Volatile.Read(ref _cutsLeft) > 0)
                {
                    Interlocked.Decrement(ref _cutsLeft);
                    Cuts++;
                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        catch (Exception exception)
            when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is closed. The caller closes the other one.
        }
    }
}

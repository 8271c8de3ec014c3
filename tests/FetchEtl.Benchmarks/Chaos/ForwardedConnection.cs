using System.Net;
using System.Net.Sockets;

namespace FetchEtl.Benchmarks;

/// <summary>One connection of a <see cref="TcpForwarder"/>: two sockets and a loop in each direction.</summary>
internal sealed class ForwardedConnection
{
    private const int BufferSize = 64 * 1024;

    // Messages of PostgreSQL's protocol that end a statement, and a transaction:
    // https://www.postgresql.org/docs/current/protocol-message-formats.html.
    private static readonly byte[] Sync = [(byte)'S', 0, 0, 0, 4];
    private static readonly byte[] Commit = [(byte)'Q', 0, 0, 0, 11, .. "COMMIT\0"u8];

    private readonly Socket _client;
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Func<bool> _takeZombie;
    private readonly CancellationTokenSource _closed = new();
    private volatile bool _stalled;
    private volatile bool _zombie;
    private bool _writesLogins;

    private ForwardedConnection(Socket client, Func<bool> takeZombie)
    {
        _client = client;
        _takeZombie = takeZombie;
    }

    /// <summary>Completes when both sockets are closed. Never fails.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    public bool IsZombie => _zombie && !Running.IsCompleted;

    /// <summary>Connects to the server and forwards. Owns the client's socket.</summary>
    /// <param name="client">The client's socket.</param>
    /// <param name="targetPort">The port of the server.</param>
    /// <param name="takeZombie">Whether the connection that ends a statement now becomes a zombie.</param>
    public static ForwardedConnection Start(Socket client, int targetPort, Func<bool> takeZombie)
    {
        client.NoDelay = true;
        var connection = new ForwardedConnection(client, takeZombie);
        connection.Running = connection.RunAsync(targetPort);
        return connection;
    }

    /// <summary>Forwards nothing any more. The sockets stay open.</summary>
    public void Stall() => _stalled = true;

    /// <summary>Closes both sockets. What is not forwarded yet is lost.</summary>
    public void Close() => _closed.Cancel();

    private async Task RunAsync(int targetPort)
    {
        try
        {
            await _server.ConnectAsync(IPAddress.Loopback, targetPort, _closed.Token);
            await Task.WhenAll(
                EndIfFirstAsync(PumpAsync(_client, _server, ForwardToServerAsync)),
                EndIfFirstAsync(PumpAsync(_server, _client, ForwardToClientAsync)));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // The network failed, as it may.
        }
        finally
        {
            _client.Dispose();
            _server.Dispose();
        }
    }

    /// <summary>One side has closed, so the other one is closed as well, except under a zombie.</summary>
    private async Task EndIfFirstAsync(Task pump)
    {
        try
        {
            await pump;
        }
        finally
        {
            if (!_zombie)
            {
                Close();
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Func<Socket, ReadOnlyMemory<byte>, Task> forwardAsync)
    {
        var buffer = new byte[BufferSize];
        while (true)
        {
            int count;
            try
            {
                count = await from.ReceiveAsync(buffer, _closed.Token);
            }
            catch (SocketException) when (_zombie)
            {
                count = 0;
            }

            if (count == 0)
            {
                if (_zombie)
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, _closed.Token);
                }

                return;
            }

            if (_stalled)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _closed.Token);
            }

            await forwardAsync(to, buffer.AsMemory(0, count));
        }
    }

    private async Task ForwardToServerAsync(Socket server, ReadOnlyMemory<byte> bytes)
    {
        if (_zombie)
        {
            return;
        }

        _writesLogins |= bytes.Span.IndexOf("user_logins"u8) >= 0;
        var end = bytes.Span.EndsWith(Commit) ? Commit.Length : bytes.Span.EndsWith(Sync) ? Sync.Length : 0;
        if (end > 0 && _writesLogins && _takeZombie())
        {
            // Set before the last bytes are forwarded, so that no reply to them reaches the client.
            _zombie = true;
            bytes = bytes[..^end];
        }

        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await server.SendAsync(bytes[sent..], _closed.Token);
        }
    }

    private async Task ForwardToClientAsync(Socket client, ReadOnlyMemory<byte> bytes)
    {
        for (var sent = 0; sent < bytes.Length && !_zombie;)
        {
            sent += await client.SendAsync(bytes[sent..], _closed.Token);
        }
    }
}

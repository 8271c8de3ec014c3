using System.Net;
using System.Net.Sockets;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Forwards the connections to a port of its own to a server on this machine. The server can be exchanged, and the
/// network in between can fail. Thread-safe.
/// </summary>
internal sealed class TcpForwarder : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<ForwardedConnection> _connections = [];
    private Task _accepting = Task.CompletedTask;
    private int _targetPort;
    private int _zombiesWanted;
    private bool _stalled;

    private TcpForwarder(int targetPort) => _targetPort = targetPort;

    /// <summary>The port on 127.0.0.1 that clients use.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections are zombies.</summary>
    public int Zombies
    {
        get
        {
            lock (_lock)
            {
                return _connections.Count(x => x.IsZombie);
            }
        }
    }

    /// <summary>Starts to forward from a free port.</summary>
    /// <param name="targetPort">The port of the server.</param>
    public static TcpForwarder Start(int targetPort)
    {
        var forwarder = new TcpForwarder(targetPort);
        forwarder._listener.Start();
        forwarder._accepting = forwarder.AcceptAsync();
        return forwarder;
    }

    /// <summary>Connects new clients to another server and closes all connections.</summary>
    public void Switch(int targetPort)
    {
        lock (_lock)
        {
            _targetPort = targetPort;
            _stalled = false;
            _connections.ForEach(x => x.Close());
        }
    }

    /// <summary>Closes all connections.</summary>
    public void Drop()
    {
        lock (_lock)
        {
            _connections.ForEach(x => x.Close());
        }
    }

    /// <summary>
    /// Forwards nothing any more, on present and new connections, until <see cref="Switch"/>. The connections stay
    /// open.
    /// </summary>
    public void Stall()
    {
        lock (_lock)
        {
            _stalled = true;
            _connections.ForEach(x => x.Stall());
        }
    }

    /// <summary>
    /// Makes the next connections that end a statement on the login table, or its transaction, zombies: the message
    /// that ends it never reaches the server, nor does anything after it. The server does not notice it when the
    /// client gives up the connection.
    /// </summary>
    public void MakeZombies(int count)
    {
        lock (_lock)
        {
            _zombiesWanted = count;
        }
    }

    /// <summary>Makes no more zombies, and closes those that there are on the side of the server.</summary>
    public void EndZombies()
    {
        lock (_lock)
        {
            _zombiesWanted = 0;
            foreach (var zombie in _connections.Where(x => x.IsZombie))
            {
                zombie.Close();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        Task[] running;
        lock (_lock)
        {
            _connections.ForEach(x => x.Close());
            running = [.. _connections.Select(x => x.Running)];
        }

        await Task.WhenAll(running);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_stopping.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                continue;
            }

            lock (_lock)
            {
                _connections.RemoveAll(x => x.Running.IsCompleted);
                var connection = ForwardedConnection.Start(client, _targetPort, TakeZombie);
                _connections.Add(connection);
                if (_stalled)
                {
                    connection.Stall();
                }
            }
        }
    }

    private bool TakeZombie()
    {
        lock (_lock)
        {
            if (_zombiesWanted == 0)
            {
                return false;
            }

            _zombiesWanted--;
            return true;
        }
    }
}

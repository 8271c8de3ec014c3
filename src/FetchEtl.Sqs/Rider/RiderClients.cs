using System.Collections.Concurrent;

namespace FetchEtl.Sqs;

/// <summary>
/// The clients that riders created because the application registered none. They last as long as the service provider,
/// which disposes them: a bus that was stopped can start again.
/// </summary>
internal sealed class RiderClients : IDisposable
{
    private readonly ConcurrentQueue<IDisposable> _clients = new();

    public IReadOnlyCollection<IDisposable> All => _clients;

    public T Add<T>(T client)
        where T : IDisposable
    {
        _clients.Enqueue(client);
        return client;
    }

    public void Dispose()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FetchEtl.Sqs.Tests;

/// <summary>A server that records the bytes of each request and answers <c>{}</c>.</summary>
internal sealed class RawEndpoint : IAsyncDisposable
{
    private static readonly string[] MayDiffer = ["User-Agent:", "amz-sdk-invocation-id:", "amz-sdk-request:"];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _accepting;

    private RawEndpoint()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public ConcurrentQueue<string> Requests { get; } = new();

    public Uri Url => new($"http://{_listener.LocalEndpoint}");

    public static RawEndpoint Start() => new();

    /// <summary>The lines of a request, with sorted headers, without the headers that may differ.</summary>
    public static string Comparable(string request)
    {
        var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = request[..end].Split("\r\n");
        var headers = lines.Skip(1)
            .Where(line => !MayDiffer.Any(name => line.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
            .Order(StringComparer.Ordinal);
        return string.Join('\n', [lines[0], .. headers, request[end..]]);
    }

    public static string Header(string request, string name) => request.Split("\r\n")
        .Single(line => line.StartsWith($"{name}: ", StringComparison.OrdinalIgnoreCase))[(name.Length + 2)..];

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync()));
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException)
        {
            // The test is over.
        }

        await Task.WhenAll(connections);
    }

    /// <summary>Serves one request per connection, so that no connection outlives its request.</summary>
    private async Task ServeAsync(TcpClient connection)
    {
        using (connection)
        {
            var stream = connection.GetStream();
            var buffer = new byte[64 * 1024];
            var count = 0;
            do
            {
                count += await stream.ReadAsync(buffer.AsMemory(count));
            }
            while (!IsComplete(Encoding.Latin1.GetString(buffer, 0, count)));

            Requests.Enqueue(Encoding.Latin1.GetString(buffer, 0, count));
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"u8.ToArray());
        }
    }

    private static bool IsComplete(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end >= 0
            && text.Length == end + 4 + int.Parse(Header(text[..end], "Content-Length"), CultureInfo.InvariantCulture);
    }
}

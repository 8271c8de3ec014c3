using System.Threading.Channels;

namespace FetchEtl.Logins;

/// <summary>The rows that wait for a batch. The writer's loops take them. Thread-safe.</summary>
internal sealed class LoginQueue
{
    private readonly Channel<PendingLogin> _rows = Channel.CreateUnbounded<PendingLogin>();

    public ChannelReader<PendingLogin> Rows => _rows.Reader;

    /// <returns>False once the writer stops.</returns>
    public bool TryAdd(PendingLogin row) => _rows.Writer.TryWrite(row);

    /// <summary>The writer stops: rows that are there are still taken.</summary>
    /// <returns>False where it was called before.</returns>
    public bool TryComplete() => _rows.Writer.TryComplete();
}

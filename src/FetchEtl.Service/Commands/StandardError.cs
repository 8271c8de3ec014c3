namespace FetchEtl.Service;

/// <summary>
/// Standard error, written to for a limited time. A pipe that is not read blocks a write, and a log line that is
/// blocked holds the console's lock: neither may keep the process from ending.
/// </summary>
internal static class StandardError
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private static Thread? _blocked;

    /// <summary>Writes a line, or drops it when it cannot be written in time or another one is blocked.</summary>
    public static void WriteLine(string line)
    {
        if (Volatile.Read(ref _blocked) is { IsAlive: true })
        {
            return;
        }

        var writer = new Thread(() =>
        {
            try
            {
                Console.Error.WriteLine(line);
            }
            catch (IOException)
            {
                // Standard error is closed.
            }
        })
        {
            IsBackground = true,
        };
        writer.Start();
        if (!writer.Join(Limit))
        {
            Volatile.Write(ref _blocked, writer);
        }
    }
}

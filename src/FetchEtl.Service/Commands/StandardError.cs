namespace FetchEtl.Service;

/// <summary>
/// Standard error, written to for a limited time. A pipe that nobody reads blocks a write, and a log line that is
/// blocked holds the console's lock: neither may keep the process from ending.
/// </summary>
internal static class StandardError
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private static Thread? _blocked;

    /// <summary>
    /// Whether it is a terminal and the user wants colours (https://no-color.org). The console logger asks standard
    /// output, and would write colours to a file of errors.
    /// </summary>
    public static bool HasColors =>
        !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

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

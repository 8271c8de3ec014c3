using System.Globalization;

namespace FetchEtl.Benchmarks;

/// <summary>
/// The CPU time of a process, its children, and those of them that have ended, as Linux counts it in hundredths of a
/// second. PostgreSQL is such a tree: each session is a process.
/// </summary>
internal static class ProcessTree
{
    // Fields of /proc/PID/stat after the name in parentheses: the parent, and utime, stime, cutime and cstime.
    private const int Parent = 1;
    private const int FirstTime = 11;
    private const int Times = 4;

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns the CPU time so far.</summary>
    /// <exception cref="MeasurementException">This is no Linux.</exception>
    public static TimeSpan Cpu(int processId)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new MeasurementException("The CPU time of PostgreSQL's processes is read from Linux' /proc.");
        }

        var all = Directory.EnumerateDirectories("/proc").Select(folder => Path.GetFileName(folder))
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(Read).OfType<Stat>().ToList();
        var tree = new HashSet<int> { processId };
        while (all.Any(x => tree.Contains(x.Parent) && tree.Add(x.Id)))
        {
        }

        return all.Where(x => tree.Contains(x.Id)).Sum(x => x.Ticks) * Tick;
    }

    private static Stat? Read(string id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Stat(
                int.Parse(id, CultureInfo.InvariantCulture),
                int.Parse(fields[Parent], CultureInfo.InvariantCulture),
                fields.Skip(FirstTime).Take(Times).Sum(x => long.Parse(x, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            // The process has ended since the folder was listed. Its parent counts its time.
            return null;
        }
    }

    private sealed record Stat(int Id, int Parent, long Ticks);
}

using System.Text.RegularExpressions;

namespace FetchEtl.Benchmarks;

/// <summary>A sample of <c>perf</c>: what a thread executed at one moment.</summary>
/// <param name="Thread">The thread's name, cut after 15 characters by Linux.</param>
/// <param name="Frames">The stack, the innermost frame first.</param>
internal sealed partial record PerfSample(string Thread, IReadOnlyList<PerfFrame> Frames)
{
    /// <summary>
    /// Reads what <c>perf script -F comm,ip,sym,dso</c> prints: for each sample the thread and a line a frame, and a
    /// blank line between samples.
    /// </summary>
    public static IEnumerable<PerfSample> Read(IEnumerable<string> lines)
    {
        string? thread = null;
        var frames = new List<PerfFrame>();
        foreach (var line in lines.Append(""))
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                if (frames.Count > 0)
                {
                    yield return new PerfSample(thread!, frames);
                }

                (thread, frames) = (null, []);
            }
            else if (thread is null)
            {
                thread = line.Trim();
            }
            else if (FrameLine().Match(line) is { Success: true } frame)
            {
                var file = frame.Groups["file"].Value;
                frames.Add(new PerfFrame(AssemblyOf(frame.Groups["symbol"].Value, file), file));
            }
        }
    }

    private static string AssemblyOf(string symbol, string file) =>
        file.EndsWith(".dll", StringComparison.Ordinal)
            ? Path.GetFileNameWithoutExtension(file)
            : MethodAssembly().Match(symbol).Groups["name"].Value;

    [GeneratedRegex(
        @"^\s*[0-9a-f]+ (?<symbol>.*) \((?<file>[^()]+)\)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex FrameLine();

    // The runtime writes "void [Assembly] Namespace.Type::Method(class [Other]Namespace.Parameter)" into its map.
    [GeneratedRegex(
        @" \[(?<name>[A-Za-z][\w.-]*)\] ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MethodAssembly();
}

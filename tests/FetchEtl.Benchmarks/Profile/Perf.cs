using System.ComponentModel;
using System.Diagnostics;

namespace FetchEtl.Benchmarks;

/// <summary>Samples a process with <c>perf</c>, Linux's profiler. Its files are deleted with this object.</summary>
internal sealed class Perf(int processId) : IDisposable
{
    private const int SamplesPerSecond = 99;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-profile-");

    /// <summary>
    /// Environment variables of a sampled process. The runtime writes the map of compiled methods that <c>perf</c>
    /// reads. It maps each method once only, because <c>perf</c> finds no method by its second address.
    /// </summary>
    public static (string Name, string Value)[] Settings { get; } =
        [("DOTNET_PerfMapEnabled", "3"), ("DOTNET_EnableWriteXorExecute", "0")];

    private string Data => Path.Combine(_folder.FullName, "perf.data");

    /// <summary>Samples the process for a time, in whole seconds.</summary>
    /// <exception cref="MeasurementException"><c>perf</c> is missing, or it failed.</exception>
    public Task RecordAsync(TimeSpan duration, CancellationToken cancellationToken) => RunAsync(
        [
            // Without build ids, whose search takes most of a core from the process.
            "record", "--no-buildid", "--no-buildid-cache", "-F", $"{SamplesPerSecond}", "-e", "cpu-clock", "-g",
            "-p", $"{processId}", "-o", Data, "--", "sleep", $"{duration.TotalSeconds:F0}",
        ],
        cancellationToken);

    /// <summary>Reads the samples.</summary>
    /// <exception cref="MeasurementException"><c>perf</c> failed.</exception>
    public async Task<IReadOnlyList<PerfSample>> ReadAsync(CancellationToken cancellationToken)
    {
        var script = await RunAsync(["script", "-i", Data, "-F", "comm,ip,sym,dso"], cancellationToken);
        return [.. PerfSample.Read(script.Split('\n'))];
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        File.Delete($"/tmp/perf-{processId}.map");
    }

    private static async Task<string> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var process = Start(new ProcessStartInfo("perf", arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? await output
            : throw new MeasurementException($"perf {arguments[0]} exited with code {process.ExitCode}: {errors}");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new MeasurementException(
                $"perf does not start: {exception.Message}. Debian's package linux-perf has it.");
        }
    }
}

using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Perfolizer.Horology;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Runs BenchmarkDotNet on the steps of a message's path. BenchmarkDotNet leaves no files, and its log appears only
/// where a step fails.
/// </summary>
internal static class MicroRun
{
    /// <summary>The steps in the order of a message's path.</summary>
    private static readonly Type[] Steps =
    [
        typeof(ReceivePipe),
        typeof(LoginReading),
        typeof(Masking),
        typeof(LookAlikeMasking),
        typeof(LoginMapping),
        typeof(UnnestWriting),
    ];

    /// <summary>The names of all steps: the ends of the full names that a filter matches.</summary>
    public static IEnumerable<string> Names => Steps
        .SelectMany(step => BenchmarkConverter.TypeToBenchmarks(step).BenchmarksCases)
        .Select(StepFigures.NameOf);

    /// <summary>Measures steps one after the other.</summary>
    /// <param name="filter">A glob over the full names, such as <c>FetchEtl.Benchmarks.Masking.Ip</c>.</param>
    /// <param name="report">Receives the figures of each step.</param>
    /// <exception cref="MicroException">A step failed.</exception>
    public static void Measure(string filter, Action<StepFigures> report)
    {
        // BenchmarkDotNet creates a folder even when it writes no file.
        var artifacts = Directory.CreateTempSubdirectory("fetch-etl-micro-");
        try
        {
            foreach (var step in Steps)
            {
                Measure(step, filter, artifacts.FullName, report);
            }
        }
        finally
        {
            artifacts.Delete(recursive: true);
        }
    }

    private static void Measure(Type step, string filter, string artifacts, Action<StepFigures> report)
    {
        var log = new AccumulationLogger();
        var run = BenchmarkConverter.TypeToBenchmarks(step, Config(filter, artifacts, log));
        if (run.BenchmarksCases.Length == 0)
        {
            return;
        }

        if (TryRun(run) is not { } reports)
        {
            throw new MicroException(
                $"{step.Name} failed. The log of BenchmarkDotNet:{Environment.NewLine}{log.GetLog()}");
        }

        foreach (var measured in reports)
        {
            report(StepFigures.Of(measured));
        }
    }

    /// <summary>Returns the reports; null where a step failed, whose reason is in the log.</summary>
    private static BenchmarkReport[]? TryRun(BenchmarkRunInfo run)
    {
        try
        {
            var reports = BenchmarkRunner.Run(run).Reports;
            return reports.Length == run.BenchmarksCases.Length && reports.All(HasResult) ? [.. reports] : null;
        }
        catch (NullReferenceException)
        {
            // BenchmarkDotNet 0.15.8 throws it after a failed benchmark in this process: ExecuteResult.LogIssues reads
            // the path of an executable, and there is none.
            return null;
        }
    }

    /// <summary>
    /// Configures runs in this process, which has the runtime settings of the service. A project that BenchmarkDotNet
    /// generates would not have them. The toolchain emits no code, because emitted code does not await an asynchronous
    /// setup.
    /// </summary>
    private static ManualConfig Config(string filter, string artifacts, AccumulationLogger log) => ManualConfig
        .CreateEmpty()
        .AddJob(Job.Default
            .WithToolchain(InProcessNoEmitToolchain.Instance)
            .WithWarmupCount(5)
            .WithIterationCount(15)
            .WithIterationTime(TimeInterval.FromMilliseconds(250)))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddFilter(new GlobFilter([filter]))
        .AddLogger(log)
        .WithArtifactsPath(artifacts)
        .WithOptions(ConfigOptions.DisableLogFile);

    private static bool HasResult(BenchmarkReport report) => report.Success && report.ResultStatistics is not null;
}

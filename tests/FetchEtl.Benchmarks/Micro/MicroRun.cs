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

/// <summary>Runs BenchmarkDotNet on the steps of a message's way, without its files and, as long as all goes well, its words.</summary>
internal static class MicroRun
{
    /// <summary>In the order in which a message meets them.</summary>
    private static readonly Type[] Steps =
    [
        typeof(ReceivePipe),
        typeof(LoginReading),
        typeof(Masking),
        typeof(LoginMapping),
        typeof(UnnestWriting),
    ];

    /// <summary>Every step's name: the end of what filters see.</summary>
    public static IEnumerable<string> Names => Steps
        .SelectMany(step => BenchmarkConverter.TypeToBenchmarks(step).BenchmarksCases)
        .Select(StepFigures.NameOf);

    /// <summary>Measures steps one after the other.</summary>
    /// <param name="filter">A glob over their full names, <c>FetchEtl.Benchmarks.Micro.Masking.Ip</c> and the like.</param>
    /// <param name="report">Gets the figures of each.</param>
    /// <exception cref="MicroException">One could not be measured.</exception>
    public static void Measure(string filter, Action<StepFigures> report)
    {
        // BenchmarkDotNet makes a folder even when it has nothing to keep.
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
            throw new MicroException($"{step.Name} could not be measured. BenchmarkDotNet says:{Environment.NewLine}{log.GetLog()}");
        }

        foreach (var measured in reports)
        {
            report(StepFigures.Of(measured));
        }
    }

    /// <summary>Null where a step failed; the reason is in the log then.</summary>
    private static BenchmarkReport[]? TryRun(BenchmarkRunInfo run)
    {
        try
        {
            var reports = BenchmarkRunner.Run(run).Reports;
            return reports.Length == run.BenchmarksCases.Length && reports.All(HasResult) ? [.. reports] : null;
        }
        catch (NullReferenceException)
        {
            // BenchmarkDotNet asks a failed run for its executable (ExecuteResult.LogIssues); in this process there is none.
            return null;
        }
    }

    /// <summary>
    /// In this process, which runs under the settings of the service: a project generated for the measurement would inherit the
    /// repository's build settings, and not these. Not by emitted code: that does not wait for an asynchronous setup.
    /// </summary>
    private static ManualConfig Config(string filter, string artifacts, AccumulationLogger log) => ManualConfig.CreateEmpty()
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

using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace FetchEtl.Benchmarks;

/// <summary>The cost of a step for one message.</summary>
internal sealed record StepFigures
{
    /// <summary>The header of the lines that <see cref="ToString"/> returns.</summary>
    public const string Header = "step                             ns a message   99.9% error   bytes a message";

    public required string Step { get; init; }

    public required double MeanNanoseconds { get; init; }

    /// <summary>Half the width of the 99.9% confidence interval of the mean.</summary>
    public required double ErrorNanoseconds { get; init; }

    /// <summary>The bytes that all threads of this process allocate.</summary>
    public required long? AllocatedBytes { get; init; }

    /// <summary>Takes the figures from a report.</summary>
    /// <param name="report">The report of a successful benchmark.</param>
    public static StepFigures Of(BenchmarkReport report) => new()
    {
        Step = NameOf(report.BenchmarkCase),
        MeanNanoseconds = report.ResultStatistics!.Mean,
        ErrorNanoseconds = report.ResultStatistics.ConfidenceInterval.Margin,
        AllocatedBytes = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase),
    };

    /// <summary>Returns the short name of a step: class and method.</summary>
    public static string NameOf(BenchmarkCase benchmark) =>
        $"{benchmark.Descriptor.Type.Name}.{benchmark.Descriptor.WorkloadMethod.Name}";

    /// <summary>Returns one line of the table.</summary>
    public override string ToString() =>
        $"{Step,-30}{MeanNanoseconds,15:N0}{$"±{ErrorNanoseconds:N0}",14}{AllocatedBytes,18:N0}";
}

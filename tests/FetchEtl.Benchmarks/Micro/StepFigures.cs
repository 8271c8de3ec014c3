using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace FetchEtl.Benchmarks;

/// <summary>What a step costs, for one message.</summary>
internal sealed record StepFigures
{
    /// <summary>The columns that <see cref="ToString"/> fills.</summary>
    public const string Header = "step                             ns a message   99.9% error   bytes a message";

    public required string Step { get; init; }

    public required double MeanNanoseconds { get; init; }

    /// <summary>Half the width of the mean's confidence interval at 99.9%.</summary>
    public required double ErrorNanoseconds { get; init; }

    /// <summary>Allocated by all threads of this process.</summary>
    public required long? AllocatedBytes { get; init; }

    /// <param name="report">Of a benchmark that ran.</param>
    public static StepFigures Of(BenchmarkReport report) => new()
    {
        Step = NameOf(report.BenchmarkCase),
        MeanNanoseconds = report.ResultStatistics!.Mean,
        ErrorNanoseconds = report.ResultStatistics.ConfidenceInterval.Margin,
        AllocatedBytes = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase),
    };

    /// <summary>The step's name, as short as it is unique.</summary>
    public static string NameOf(BenchmarkCase benchmark) => $"{benchmark.Descriptor.Type.Name}.{benchmark.Descriptor.WorkloadMethod.Name}";

    /// <summary>A line of the table for people.</summary>
    public override string ToString() => $"{Step,-30}{MeanNanoseconds,15:N0}{$"±{ErrorNanoseconds:N0}",14}{AllocatedBytes,18:N0}";
}

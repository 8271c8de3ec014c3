namespace FetchEtl.Service;

/// <summary>All that <c>doctor</c> found.</summary>
/// <param name="Sections">The sections, in their order.</param>
/// <param name="Cost">What the calls of SQS amount to; null where the settings of Sqs are invalid.</param>
internal sealed record DoctorReport(IReadOnlyList<SectionResult> Sections, CostEstimate? Cost)
{
    public int Errors => Count(CheckStatus.Error);

    public int Warnings => Count(CheckStatus.Warning);

    public int Skipped => Count(CheckStatus.Skipped);

    /// <summary>The process's exit code: warnings do not make it fail.</summary>
    public int ExitCode => Errors == 0 ? Verb.Succeeded : Verb.Failed;

    private int Count(CheckStatus status) =>
        Sections.Sum(section => section.Findings.Count(finding => finding.Status == status));
}

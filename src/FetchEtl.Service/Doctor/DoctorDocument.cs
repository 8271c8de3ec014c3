namespace FetchEtl.Service;

/// <summary>The document of <c>doctor --json</c>; docs/doctor.md describes it.</summary>
/// <param name="Version">The form of the document. It changes where a member changes its meaning or goes.</param>
/// <param name="Ok">Whether there is no error.</param>
/// <param name="Errors">How many checks found an error.</param>
/// <param name="Warnings">How many checks found a warning.</param>
/// <param name="Sections">The sections.</param>
/// <param name="Cost">The calls of SQS; null where the settings of Sqs are invalid.</param>
internal sealed record DoctorDocument(
    int Version, bool Ok, int Errors, int Warnings, IReadOnlyList<DoctorDocumentSection> Sections, CostEstimate? Cost)
{
    public static DoctorDocument Of(DoctorReport report) => new(
        1,
        report.Errors == 0,
        report.Errors,
        report.Warnings,
        [.. report.Sections.Select(section => new DoctorDocumentSection(
            section.Name,
            [.. section.Findings.Select(finding => new DoctorDocumentCheck(
                finding.Check.Id,
                finding.Status,
                finding.Check.Subject,
                finding.Found,
                finding.Remedy,
                finding.Check.Docs))]))],
        report.Cost);
}

/// <summary>A section.</summary>
internal sealed record DoctorDocumentSection(string Name, IReadOnlyList<DoctorDocumentCheck> Checks);

/// <summary>A check. An id can occur several times, once for each problem.</summary>
internal sealed record DoctorDocumentCheck(
    string Id, CheckStatus Status, string Subject, string Found, string? Remedy, string Docs);

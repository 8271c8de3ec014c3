namespace FetchEtl.Service;

/// <summary>The results of one section.</summary>
/// <param name="Name">The heading.</param>
/// <param name="Findings">The results, in their order.</param>
internal sealed record SectionResult(string Name, IReadOnlyList<Finding> Findings);

namespace FetchEtl.Service;

/// <summary>A section of <c>doctor</c>. It changes nothing anywhere.</summary>
internal interface IDoctorSection
{
    /// <summary>The heading.</summary>
    string Name { get; }

    /// <summary>Runs the checks. A failure is a finding, never an exception.</summary>
    Task<IReadOnlyList<Finding>> RunAsync(DoctorContext context, CancellationToken cancellationToken);
}

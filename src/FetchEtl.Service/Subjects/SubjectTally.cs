using FetchEtl.Maintenance;

namespace FetchEtl.Service;

/// <summary>What a verb of <c>subject</c> counted, wrote or erased.</summary>
/// <param name="Rows">Rows of all tables.</param>
/// <param name="Letters">Dead letters.</param>
/// <param name="SealedValues">Entries of <c>pii_vault</c>.</param>
internal sealed record SubjectTally(long Rows, long Letters, long SealedValues)
{
    public AuditOutcome Outcome => new(
        Rows + Letters + SealedValues,
        $"{Words.Count(Rows, "row")}, {Words.Count(Letters, "dead letter")}, "
        + Words.Count(SealedValues, "sealed value"));
}

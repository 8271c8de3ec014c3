namespace FetchEtl.Benchmarks;

/// <summary>
/// What the real statement promises. Its rules are SQL, which the simulation cannot run: it models them, and a mutant
/// switches one off.
/// </summary>
internal sealed record StatementRules
{
    /// <summary>
    /// A commit counts once the standby has confirmed it. Otherwise a wait for the standby that the command timeout
    /// cancels counts as well.
    /// </summary>
    public bool WaitsForStandby { get; init; } = true;

    /// <summary>
    /// Rows that are there already count once the standby has confirmed everything up to now. Otherwise a retry that
    /// meets its own rows writes nothing, and so waits for no standby.
    /// </summary>
    public bool ConfirmsDuplicates { get; init; } = true;

    /// <summary>Rows that were not inserted are looked up. Otherwise they count as duplicates.</summary>
    public bool LooksUpMissing { get; init; } = true;
}

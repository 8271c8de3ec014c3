namespace FetchEtl.Logins;

/// <summary>How the masks of a process fit the table; see <see cref="StoredMasksVerifier.InspectAsync"/>.</summary>
/// <param name="Problems">What forbids to write masks, each with the remedy; empty where they fit.</param>
/// <param name="Differences">
/// The settings by which the process would write other rows than the table records, each with the remedy.
/// </param>
/// <param name="Unregistered">
/// The key generations of the process that <c>masking_generations</c> does not hold yet. The first start registers
/// them, where its role may write there.
/// </param>
/// <param name="Ignored">The generations whose rows no holder of the keys wrote; they are ignored.</param>
public sealed record StoredMasksFindings(
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Differences,
    IReadOnlyList<int> Unregistered,
    IReadOnlyList<int> Ignored);

namespace FetchEtl.Service;

/// <summary>A key, or why there is none.</summary>
/// <param name="Key">The key's base64 text, a secret; null where there is a problem.</param>
/// <param name="Problem">What happened, as the end of a sentence that begins with the setting's name.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record KeyOutcome(string? Key, string? Problem, string? Remedy)
{
    public static KeyOutcome Of(string key) => new(key, null, null);

    public static KeyOutcome Failed(string problem, string remedy) => new(null, problem, remedy);

    /// <summary>The key is a secret.</summary>
    public override string ToString() => Problem ?? "a key";
}

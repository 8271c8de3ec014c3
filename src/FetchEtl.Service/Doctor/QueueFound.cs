namespace FetchEtl.Service;

/// <summary>A queue, as far as it could be read.</summary>
/// <param name="Url">Its URL; null where it is missing or cannot be looked up.</param>
/// <param name="Facts">Its attributes; null where they cannot be read.</param>
/// <param name="NoUrl">Why there is no URL.</param>
/// <param name="Refusal">The refusal of GetQueueUrl; null where it was not refused.</param>
/// <param name="NoFacts">The failure of GetQueueAttributes; null where there was none.</param>
internal sealed record QueueFound(
    string? Url, QueueFacts? Facts, string? NoUrl = null, Exception? Refusal = null, Exception? NoFacts = null)
{
    public static readonly QueueFound Unknown = new(Url: null, Facts: null);
}

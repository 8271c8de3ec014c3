namespace FetchEtl.Logins;

/// <summary>A row of <c>masking_generations</c>: a generation whose masks <c>user_logins</c> may hold.</summary>
internal sealed class MaskingGeneration
{
    /// <summary>1 and up.</summary>
    public int Generation { get; init; }

    /// <summary>See <see cref="KeyRing.Check"/>; null for masks that are older than this table, until their key is given again.</summary>
    public string? KeyCheck { get; init; }

    /// <summary>When the service first wrote under it, as far as this table knows.</summary>
    public DateTimeOffset FirstUsed { get; init; }
}

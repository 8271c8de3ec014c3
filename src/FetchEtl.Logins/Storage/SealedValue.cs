namespace FetchEtl.Logins;

/// <summary>A row of <c>pii_vault</c>: the value behind a mask, readable with the vault's private key only.</summary>
public sealed class SealedValue
{
    /// <summary>The mask, as it stands in <c>user_logins</c>.</summary>
    public required string Mask { get; init; }

    /// <summary>The field's name, such as <c>device_id</c>.</summary>
    public required string Field { get; init; }

    /// <summary>The value, sealed to the vault's public key.</summary>
    public required byte[] Sealed { get; init; }

    /// <summary>When the value was sealed.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

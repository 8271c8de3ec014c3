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

    /// <summary>The UTC date on which the value was sealed.</summary>
    public DateOnly CreatedAt { get; init; }

    /// <summary>The generation of <see cref="Mask"/>; null in entries of version 1.</summary>
    public int? Generation { get; init; }

    /// <summary>
    /// The fingerprint of the public key to which the value was sealed; null in entries of version 1.
    /// </summary>
    public string? KeyId { get; init; }

    /// <summary>
    /// The signature of a <see cref="VaultSigner"/> over field, mask, generation, key id and sealed value; null in
    /// entries of version 1.
    /// </summary>
    public byte[]? Signature { get; init; }
}

namespace FetchEtl.Logins;

/// <summary>A row of <c>pii_vault</c>: what a mask stands for, readable with the vault's private key only.</summary>
internal sealed class SealedValue
{
    /// <summary>The mask, as in <c>user_logins</c>.</summary>
    public required string Mask { get; init; }

    /// <summary>The field's name in settings.</summary>
    public required string Field { get; init; }

    /// <summary>The value, sealed to the public key.</summary>
    public required byte[] Sealed { get; init; }

    /// <summary>When it was sealed.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}

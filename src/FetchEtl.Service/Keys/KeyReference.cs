using System.Diagnostics.CodeAnalysis;

namespace FetchEtl.Service;

/// <summary>A masking key that a setting names instead of holding it.</summary>
/// <param name="IsKms">Whether it is a ciphertext of AWS KMS, else a parameter of AWS Systems Manager.</param>
/// <param name="Text">The ciphertext in base64, or the parameter's name.</param>
internal sealed record KeyReference(bool IsKms, string Text)
{
    /// <summary>How a ciphertext of AWS KMS begins.</summary>
    public const string Kms = "kms:";

    /// <summary>How the name of a parameter begins.</summary>
    public const string Ssm = "ssm:";

    /// <summary>Recognizes a reference.</summary>
    /// <param name="text">What the setting or its file holds.</param>
    /// <param name="reference">The reference; null for any other text, such as the key itself.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out KeyReference? reference)
    {
        var trimmed = text.Trim();
        reference = trimmed switch
        {
            _ when trimmed.StartsWith(Kms, StringComparison.Ordinal) => new KeyReference(true, trimmed[Kms.Length..]),
            _ when trimmed.StartsWith(Ssm, StringComparison.Ordinal) => new KeyReference(false, trimmed[Ssm.Length..]),
            _ => null,
        };
        return reference is not null;
    }

    /// <summary>The reference is not printed: with a typing error, it can be a key.</summary>
    public override string ToString() => IsKms ? $"{Kms}…" : $"{Ssm}…";
}

using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>Finds what is wrong with <c>Masking</c>, for all who read it: every problem at once, by its key, with the remedy, and no secret.</summary>
internal static class MaskingOptionsCheck
{
    /// <param name="options">The settings.</param>
    /// <param name="problem">Gets each problem.</param>
    public static void Run(MaskingOptions options, Action<string> problem)
    {
        CheckMethod(options, problem);
        CheckFormer(options, problem);
        CheckSalt(options, problem);
        CheckFields(options.Fields, problem);
        CheckVault(options.Vault.PublicKeyFile, problem);
    }

    /// <exception cref="OptionsValidationException">Something is wrong.</exception>
    public static void Require(MaskingOptions options)
    {
        var problems = new List<string>();
        Run(options, problems.Add);
        if (problems.Count > 0)
        {
            throw new OptionsValidationException(nameof(LoginsOptions), typeof(LoginsOptions), problems);
        }
    }

    private static void CheckMethod(MaskingOptions options, Action<string> problem)
    {
        if (!Enum.IsDefined(options.Method))
        {
            problem($"Masking:Method must be Hmac, Sha256 or SaltedSha256, is {options.Method}.");
            return;
        }

        if (options.Method == MaskingMethod.Hmac)
        {
            _ = KeyTexts.Read(options, problem);
            return;
        }

        if (!options.AllowWeak)
        {
            problem($"Masking:Method is {options.Method}, whose masks can be reversed by trying: choose Hmac, or accept it with Masking:AllowWeak=true.");
        }

        if (options.Keys.Count + options.KeyFiles.Count > 0)
        {
            problem($"Masking:Keys or Masking:KeyFiles is set, but Masking:Method {options.Method} has no key: remove them, or choose Hmac.");
        }

        if (options.HasVault)
        {
            problem($"Masking:Vault:PublicKeyFile is set, but the vault does not follow masks of Masking:Method {options.Method} to those of a key: remove it, or choose Hmac.");
        }
    }

    private static void CheckFormer(MaskingOptions options, Action<string> problem)
    {
        if (options.Former is { } former && former is not (MaskingMethod.Sha256 or MaskingMethod.SaltedSha256))
        {
            problem($"Masking:Former must be Sha256 or SaltedSha256, is {former}; remove it where the table was never masked in these ways.");
        }
        else if (options.Former is not null && options.Method != MaskingMethod.Hmac)
        {
            problem("Masking:Former is set, but only Masking:Method Hmac adds to a former method's masks: remove one of them.");
        }
    }

    private static void CheckSalt(MaskingOptions options, Action<string> problem)
    {
        if (options.UsesSalt && string.IsNullOrEmpty(options.Salt))
        {
            problem("Masking:Salt is missing: set it to the text that SaltedSha256 appends to each value.");
        }
        else if (!options.UsesSalt && !string.IsNullOrEmpty(options.Salt))
        {
            problem("Masking:Salt is set, but neither Masking:Method nor Masking:Former is SaltedSha256: remove it, or set one of them.");
        }
    }

    private static void CheckFields(IList<string> names, Action<string> problem)
    {
        for (var index = 0; index < names.Count; index++)
        {
            if (!PiiFields.TryParse(names[index], out _))
            {
                problem($"Masking:Fields:{index} must be one of {PiiFields.Names}.");
            }
        }

        var missing = PiiFields.Always.Select(field => field.Name()).Except(names).ToList();
        if (names.Count > 0 && missing.Count > 0)
        {
            problem($"Masking:Fields lacks {string.Join(" and ", missing)}, whose column is called masked: add it to the list, or leave the list out.");
        }
    }

    private static void CheckVault(string? publicKeyFile, Action<string> problem)
    {
        if (string.IsNullOrEmpty(publicKeyFile))
        {
            return;
        }

        try
        {
            VaultPublicKey.Read(publicKeyFile).Dispose();
        }
        catch (InvalidDataException unusable)
        {
            problem($"Masking:Vault:PublicKeyFile {unusable.Message}.");
        }
    }
}

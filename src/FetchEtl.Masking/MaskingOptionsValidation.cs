namespace FetchEtl.Masking;

/// <summary>
/// Checks the values of <see cref="MaskingOptions"/>. It reports every problem at once, by its setting, with the remedy
/// and without any secret.
/// </summary>
internal static class MaskingOptionsValidation
{
    /// <summary>Returns every problem; none for valid settings.</summary>
    public static IReadOnlyList<string> Problems(MaskingOptions options)
    {
        var problems = new List<string>();
        CheckMethod(options, problems.Add);
        CheckFormer(options, problems.Add);
        CheckSalt(options, problems.Add);
        CheckFields(options.Fields, problems.Add);
        CheckVault(options.Vault.PublicKeyFile, problems.Add);
        return problems;
    }

    /// <summary>Throws where the settings are invalid.</summary>
    /// <exception cref="MaskingRefusedException">There is a problem.</exception>
    public static void Require(MaskingOptions options)
    {
        var problems = Problems(options);
        if (problems.Count > 0)
        {
            throw new MaskingRefusedException(problems);
        }
    }

    private static void CheckMethod(MaskingOptions options, Action<string> report)
    {
        if (!Enum.IsDefined(options.Method))
        {
            report($"Masking:Method must be Hmac, Sha256 or SaltedSha256, is {options.Method}.");
            return;
        }

        if (options.Method == MaskingMethod.Hmac)
        {
            _ = MaskingKeys.Read(options, report);
            return;
        }

        if (!options.AllowWeak)
        {
            report(
                $"Masking:Method is {options.Method}, whose masks can be reversed by trial: choose Hmac, or accept " +
                "the weak method with Masking:AllowWeak=true.");
        }

        if (options.Keys.Count + options.KeyFiles.Count > 0)
        {
            report(
                $"Masking:Keys or Masking:KeyFiles is set, but Masking:Method {options.Method} has no key: remove " +
                "them, or choose Hmac.");
        }

        if (options.HasVault)
        {
            report(
                "Masking:Vault:PublicKeyFile is set, but rekeying does not move the vault's entries from masks of " +
                $"Masking:Method {options.Method} to those of a key: remove it, or choose Hmac.");
        }
    }

    private static void CheckFormer(MaskingOptions options, Action<string> report)
    {
        if (options.Former is { } former && former is not (MaskingMethod.Sha256 or MaskingMethod.SaltedSha256))
        {
            report(
                $"Masking:Former must be Sha256 or SaltedSha256, is {former}: remove it where neither method ever " +
                "masked the table.");
        }
        else if (options.Former is not null && options.Method != MaskingMethod.Hmac)
        {
            report("Masking:Former is set, but only Masking:Method Hmac builds on a former method's masks: remove " +
                "one of them.");
        }
    }

    private static void CheckSalt(MaskingOptions options, Action<string> report)
    {
        if (options.UsesSalt && string.IsNullOrEmpty(options.Salt))
        {
            report("Masking:Salt is missing: set it to the text that SaltedSha256 appends to each value.");
        }
        else if (!options.UsesSalt && !string.IsNullOrEmpty(options.Salt))
        {
            report(
                "Masking:Salt is set, but neither Masking:Method nor Masking:Former is SaltedSha256: remove it, or " +
                "set one of them.");
        }
    }

    private static void CheckFields(IList<string> names, Action<string> report)
    {
        for (var index = 0; index < names.Count; index++)
        {
            if (!PiiFields.TryParse(names[index], out _))
            {
                report($"Masking:Fields:{index} must be one of {PiiFields.Names}.");
            }
        }

        var missing = PiiFields.Always.Select(field => field.Name()).Except(names).ToList();
        if (names.Count > 0 && missing.Count > 0)
        {
            report(
                $"Masking:Fields lacks {string.Join(" and ", missing)}, which is always masked: add it to the list, " +
                "or remove the list.");
        }
    }

    private static void CheckVault(string? publicKeyFile, Action<string> report)
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
            report($"Masking:Vault:PublicKeyFile {unusable.Message}.");
        }
    }
}

namespace FetchEtl.Masking;

/// <summary>
/// Checks the values of <see cref="MaskingOptions"/>. It reports every problem at once, by its setting, with the remedy
/// and without any secret.
/// </summary>
internal sealed class MaskingOptionsValidation
{
    private readonly string _section;
    private readonly List<string> _problems = [];

    private MaskingOptionsValidation(string section) => _section = section;

    /// <summary>Returns every problem, with keys that begin with the section; none for valid settings.</summary>
    public static IReadOnlyList<string> Problems(MaskingOptions options, string section)
    {
        var validation = new MaskingOptionsValidation(section);
        validation.CheckMethod(options);
        validation.CheckMethods(options);
        validation.CheckFormer(options);
        validation.CheckSalt(options);
        validation.CheckFields(options.Fields);
        validation.CheckMessageIds(options);
        validation.CheckVault(options.Vault.PublicKeyFile);
        return validation._problems;
    }

    /// <summary>Throws where the settings are invalid.</summary>
    /// <exception cref="MaskingRefusedException">There is a problem.</exception>
    public static void Require(MaskingOptions options)
    {
        var problems = Problems(options, MaskingOptions.Section);
        if (problems.Count > 0)
        {
            throw new MaskingRefusedException(problems);
        }
    }

    private void CheckMethod(MaskingOptions options)
    {
        if (!Enum.IsDefined(options.Method))
        {
            _problems.Add($"{_section}:Method must be Hmac, Sha256 or SaltedSha256.");
            return;
        }

        if (options.Method.IsLookAlike())
        {
            var field = PiiFields.All.First(x => MaskingMethods.Of(x).Contains(options.Method)).Name();
            _problems.Add(
                $"{_section}:Method is {options.Method}, which masks {field} only: set {_section}:Methods:{field}=" +
                $"{options.Method}, and remove {_section}:Method.");
            return;
        }

        if (options.Method == MaskingMethod.Hmac)
        {
            MaskingKeys.Erase(MaskingKeys.Read(options, _section, _problems.Add));
            return;
        }

        if (!options.AllowWeak)
        {
            _problems.Add(
                $"{_section}:Method is {options.Method}, whose masks can be reversed by trial: choose Hmac, or " +
                $"accept the weak method with {_section}:AllowWeak=true.");
        }

        if (options.HasKeys)
        {
            _problems.Add(
                $"{_section}:Keys or {_section}:KeyFiles is set, but {_section}:Method {options.Method} has no key: " +
                "remove them, or choose Hmac.");
        }

        if (options.HasVault)
        {
            _problems.Add(
                $"{_section}:Vault:PublicKeyFile is set, but rekeying does not move the vault's entries from masks " +
                $"of {_section}:Method {options.Method} to those of a key: remove it, or choose Hmac.");
        }
    }

    private void CheckMethods(MaskingOptions options)
    {
        if (options.Methods.Count > 0 && options.Method is MaskingMethod.Sha256 or MaskingMethod.SaltedSha256)
        {
            _problems.Add(
                $"{_section}:Methods is set, but under {_section}:Method {options.Method} all fields are masked the " +
                "same way, without a key: remove it, or choose Hmac.");
            return;
        }

        foreach (var (name, method) in options.Methods)
        {
            var fields = PiiFields.All.Where(x => x.Name().Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
            if (fields is not [var field])
            {
                _problems.Add($"{_section}:Methods:{name} names no field: the fields are {PiiFields.Names}.");
            }
            else if (!MaskingMethods.Of(field).Contains(method))
            {
                _problems.Add(
                    $"{_section}:Methods:{field.Name()} must be {string.Join(" or ", MaskingMethods.Of(field))}: no " +
                    "other method masks this field alone.");
            }
            else if (method.IsLookAlike() && options.Former is not null)
            {
                _problems.Add(
                    $"{_section}:Methods:{field.Name()} is {method}, but {_section}:Former hashes each value first, " +
                    "and a hash has no form to keep: remove one of them.");
            }
        }
    }

    private void CheckFormer(MaskingOptions options)
    {
        if (options.Former is { } former && former is not (MaskingMethod.Sha256 or MaskingMethod.SaltedSha256))
        {
            _problems.Add(
                $"{_section}:Former must be Sha256 or SaltedSha256: remove it where neither method ever " +
                "masked the table.");
        }
        else if (options.Former is not null && options.Method != MaskingMethod.Hmac)
        {
            _problems.Add(
                $"{_section}:Former is set, but only {_section}:Method Hmac builds on a former method's masks: " +
                "remove one of them.");
        }
    }

    private void CheckSalt(MaskingOptions options)
    {
        if (options.UsesSalt && string.IsNullOrEmpty(options.Salt))
        {
            _problems.Add($"{_section}:Salt is missing: set it to the text that SaltedSha256 appends to each value.");
        }
        else if (!options.UsesSalt && !string.IsNullOrEmpty(options.Salt))
        {
            _problems.Add(
                $"{_section}:Salt is set, but neither {_section}:Method nor {_section}:Former is SaltedSha256: " +
                "remove it, or set one of them.");
        }
    }

    private void CheckFields(IList<string> names)
    {
        for (var index = 0; index < names.Count; index++)
        {
            if (!PiiFields.TryParse(names[index], out _))
            {
                _problems.Add($"{_section}:Fields:{index} must be one of {PiiFields.Names}.");
            }
        }

        var missing = PiiFields.Always.Select(field => field.Name()).Except(names).ToList();
        if (names.Count > 0 && missing.Count > 0)
        {
            _problems.Add(
                $"{_section}:Fields lacks {string.Join(" and ", missing)}, which is always masked: add it to the " +
                "list, or remove the list.");
        }
    }

    private void CheckMessageIds(MaskingOptions options)
    {
        if (options.MessageIds is { } ids && !Enum.IsDefined(ids))
        {
            _problems.Add($"{_section}:MessageIds must be Raw or Keyed.");
        }
        else if (options.MessageIds == MessageIds.Keyed
            && options.Method is MaskingMethod.Sha256 or MaskingMethod.SaltedSha256)
        {
            _problems.Add(
                $"{_section}:MessageIds is Keyed, but {_section}:Method {options.Method} has no key: remove it, or " +
                "choose Hmac.");
        }
    }

    private void CheckVault(string? publicKeyFile)
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
            _problems.Add($"{_section}:Vault:PublicKeyFile {unusable.Message}.");
        }
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace FetchEtl.Masking;

/// <summary>
/// The public halves of the keys of a <see cref="VaultSigner"/>, one for each generation of the masking keys. It
/// distinguishes the service's entries from those of others where no masking key is. Thread-safe.
/// </summary>
public sealed partial class VaultVerifier
{
    private const string Remedy = "print it with 'fetch-etl keys verifier' where the masking keys are";

    private readonly SortedDictionary<int, SignatureKey> _keys;

    internal VaultVerifier(IDictionary<int, SignatureKey> keys) =>
        _keys = new SortedDictionary<int, SignatureKey>(keys);

    /// <summary>The generations that have a key, in order.</summary>
    public IReadOnlyList<int> Generations => [.. _keys.Keys];

    /// <summary>Reads the keys.</summary>
    /// <param name="path">A file with what <see cref="ToPem"/> returned, whole or some of its keys.</param>
    /// <returns>The keys.</returns>
    /// <exception cref="InvalidDataException">
    /// The file cannot be read, or it is not as <see cref="ToPem"/> writes it. The message continues a sentence that
    /// begins with the option's name.
    /// </exception>
    public static VaultVerifier Read(string path)
    {
        var keys = new Dictionary<int, SignatureKey>();
        var text = SecretFile.Read(path);
        while (PemEncoding.TryFind(text, out var fields))
        {
            var label = text[fields.Label];
            var generation = GenerationLine().Match(text[..fields.Location.Start.Value]);
            if (label != "PUBLIC KEY" || !generation.Success
                || !keys.TryAdd(
                    int.Parse(generation.Groups["number"].ValueSpan, CultureInfo.InvariantCulture),
                    PublicKey(text[fields.Location])))
            {
                throw Malformed();
            }

            text = text[fields.Location.End.Value..];
        }

        return keys.Count > 0 ? new VaultVerifier(keys) : throw Malformed();
    }

    /// <summary>Returns the keys as text, which is not secret.</summary>
    /// <returns>For each generation a line with its number and the key's SubjectPublicKeyInfo in PEM.</returns>
    public string ToPem()
    {
        var text = new StringBuilder();
        foreach (var (generation, key) in _keys)
        {
            text.Append(CultureInfo.InvariantCulture, $"Generation: {generation}\n{key.PublicPem()}\n");
        }

        return text.ToString();
    }

    /// <summary>
    /// Whether an owner of the masking keys signed an entry as it stands: with this field, mask, key id and sealed
    /// value, by the key of the mask's generation.
    /// </summary>
    /// <param name="field">The entry's field.</param>
    /// <param name="mask">The entry's mask.</param>
    /// <param name="keyId">The entry's key id.</param>
    /// <param name="sealedValue">The entry's sealed value.</param>
    /// <param name="signature">The entry's signature.</param>
    /// <returns>False also where the text is not a mask, or there is no key of its generation.</returns>
    public bool Verify(
        PiiField field,
        string mask,
        string keyId,
        ReadOnlySpan<byte> sealedValue,
        ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        return Mask.TryParse(mask, out var parsed) && _keys.TryGetValue(parsed.Generation, out var key)
            && key.Verify(SealFormat.SignedText(field, parsed, keyId, sealedValue), signature);
    }

    private static SignatureKey PublicKey(string pem)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            var parameters = key.ExportParameters(includePrivateParameters: false);
            return parameters.Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value
                ? new SignatureKey(parameters)
                : throw Malformed();
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            throw Malformed();
        }
    }

    private static InvalidDataException Malformed() =>
        new($"names a file that does not hold the vault's verification keys, each behind its generation: {Remedy}");

    [GeneratedRegex(@"(^|\n)Generation: (?<number>[1-9][0-9]{0,3})\r?\n$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex GenerationLine();
}

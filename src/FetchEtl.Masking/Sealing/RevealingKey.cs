using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Masking;

/// <summary>
/// The vault's private key, which opens sealed values. It is never where the service runs. Not thread-safe.
/// </summary>
public sealed class RevealingKey : IDisposable
{
    private const string WrongKey =
        "this private key does not open it: give the one whose public half was in Masking:Vault:PublicKeyFile when " +
        "it was sealed";

    private readonly RSA _key;

    private RevealingKey(RSA key)
    {
        _key = key;
        KeyId = SealFormat.KeyId(key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>The fingerprint of the key's public half; see <see cref="SealingKey.KeyId"/>.</summary>
    /// <value>64 lower-case hex digits.</value>
    public string KeyId { get; }

    /// <summary>Reads the private key.</summary>
    /// <param name="path">A PEM file: PKCS#8, encrypted or not, or PKCS#1.</param>
    /// <param name="passphrase">Opens an encrypted key; null where there is none.</param>
    /// <returns>The key.</returns>
    /// <exception cref="InvalidDataException">
    /// The file holds no usable key. The message continues a sentence that begins with the option's name, and quotes
    /// neither key nor passphrase.
    /// </exception>
    public static RevealingKey Read(string path, string? passphrase)
    {
        var pem = SecretFile.Read(path);
        if (!pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            throw new InvalidDataException(
                "names a file without a private key in PEM: give it the private half of the key in " +
                "Masking:Vault:PublicKeyFile");
        }

        // .NET reads PKCS#8's encryption only.
        if (pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            throw new InvalidDataException(
                "names a key that is encrypted in OpenSSL's traditional format: convert it with 'openssl pkcs8 " +
                "-topk8 -in OLD -out NEW'");
        }

        var encrypted = pem.Contains("ENCRYPTED PRIVATE KEY", StringComparison.Ordinal);
        if (encrypted && passphrase is null)
        {
            throw new InvalidDataException("names an encrypted key: give its passphrase in a file, by " +
                "--passphrase-file");
        }

        var key = RSA.Create();
        try
        {
            if (encrypted)
            {
                key.ImportFromEncryptedPem(pem, passphrase);
            }
            else
            {
                key.ImportFromPem(pem);
            }

            return new RevealingKey(key);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException(encrypted
                ? "names an encrypted key that the passphrase in --passphrase-file does not open"
                : "names a file without an RSA private key in PEM: vault keys are RSA keys, made by 'openssl genpkey " +
                    "-algorithm RSA'");
        }
    }

    /// <summary>Opens a sealed value of version 2.</summary>
    /// <param name="field">
    /// The name of the field for which it should be sealed; see <see cref="PiiFields.Name"/>.
    /// </param>
    /// <param name="sealedValue">What <see cref="SealingKey.Seal"/> returned.</param>
    /// <param name="mask">The mask for which it was sealed.</param>
    /// <returns>The value as it was written.</returns>
    /// <exception cref="InvalidDataException">
    /// It was sealed to another key or for another field, or in version 1, or it was cut. The message quotes no value.
    /// </exception>
    public PersonalText Open(string field, ReadOnlySpan<byte> sealedValue, out Mask mask)
    {
        var text = Encoding.UTF8.GetString([.. OpenBlocks(sealedValue).SelectMany(block => block)]);
        var prefix = $"{SealFormat.Version2}{field}:";
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
        {
            throw NotSealedAs($"{field} in version 2");
        }

        // A mask has a colon of its own, behind its generation.
        var generationEnd = text.IndexOf(':', prefix.Length);
        var end = generationEnd < 0 ? -1 : text.IndexOf(':', generationEnd + 1);
        return end > 0 && Mask.TryParse(text[prefix.Length..end], out mask)
            ? new PersonalText(text[(end + 1)..])
            : throw NotSealedAs($"{field} with a mask");
    }

    /// <summary>Opens a sealed value of version 1, which is bound to no mask.</summary>
    /// <param name="field">The name of the field for which it should be sealed.</param>
    /// <param name="sealedValue">The blocks.</param>
    /// <returns>The value as it was written.</returns>
    /// <exception cref="InvalidDataException">
    /// It was sealed to another key or for another field, or in version 2, or it was cut. The message quotes no value.
    /// </exception>
    public PersonalText OpenVersion1(string field, ReadOnlySpan<byte> sealedValue)
    {
        var prefix = SealFormat.Prefix(field);
        var text = new List<byte>();
        foreach (var plain in OpenBlocks(sealedValue))
        {
            if (!plain.AsSpan().StartsWith(prefix))
            {
                throw NotSealedAs($"{field} in version 1");
            }

            text.AddRange(plain.AsSpan(prefix.Length));
        }

        return new PersonalText(Encoding.UTF8.GetString([.. text]));
    }

    /// <summary>
    /// Whether the key opens a sealed value, whatever field it was sealed for. RSA-OAEP fails in the same way for
    /// another key and for a value that was changed: a key that opens other values of the vault is not another key.
    /// </summary>
    /// <param name="sealedValue">What <see cref="SealingKey.Seal"/> returned.</param>
    /// <returns>Whether its first block opens.</returns>
    public bool Opens(ReadOnlySpan<byte> sealedValue)
    {
        var length = SealFormat.BlockLength(_key);
        return !sealedValue.IsEmpty && sealedValue.Length % length == 0
            && TryOpenBlock(sealedValue[..length]) is not null;
    }

    /// <summary>Releases the key.</summary>
    public void Dispose() => _key.Dispose();

    private static InvalidDataException NotSealedAs(string what) =>
        new($"the stored value was not sealed as {what}: somebody has changed pii_vault");

    private List<byte[]> OpenBlocks(ReadOnlySpan<byte> sealedValue)
    {
        var length = SealFormat.BlockLength(_key);
        if (sealedValue.IsEmpty || sealedValue.Length % length != 0)
        {
            throw new InvalidDataException(WrongKey);
        }

        var blocks = new List<byte[]>();
        for (; !sealedValue.IsEmpty; sealedValue = sealedValue[length..])
        {
            blocks.Add(TryOpenBlock(sealedValue[..length]) ?? throw new InvalidDataException(blocks.Count == 0
                ? WrongKey
                : "a part of the stored value does not open, and another does: somebody has changed pii_vault"));
        }

        return blocks;
    }

    private byte[]? TryOpenBlock(ReadOnlySpan<byte> block)
    {
        try
        {
            return _key.Decrypt(block, SealFormat.Padding);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

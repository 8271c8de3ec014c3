using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Logins;

/// <summary>The vault's private key, which never is where the service runs. Not thread-safe.</summary>
internal sealed class RevealingKey : IDisposable
{
    private const string WrongKey =
        "this private key does not open it: give the one whose public half was in Masking:Vault:PublicKeyFile when it was sealed";

    private readonly RSA _key;

    private RevealingKey(RSA key) => _key = key;

    /// <param name="path">A PEM file: PKCS#8, encrypted or not, or PKCS#1.</param>
    /// <param name="passphrase">Opens an encrypted one; null where none was given.</param>
    /// <exception cref="InvalidDataException">It is no key that can be used; the message goes on after the option's name.</exception>
    public static RevealingKey Read(string path, string? passphrase)
    {
        var pem = SecretFile.Read(path);
        if (!pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            throw new InvalidDataException("names a file without a private key in PEM: give it the private half of the key in Masking:Vault:PublicKeyFile");
        }

        // .NET reads PKCS#8's encryption only.
        if (pem.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
        {
            throw new InvalidDataException("names a key that is encrypted in OpenSSL's former way: write it anew with 'openssl pkcs8 -topk8 -in OLD -out NEW'");
        }

        var encrypted = pem.Contains("ENCRYPTED PRIVATE KEY", StringComparison.Ordinal);
        if (encrypted && passphrase is null)
        {
            throw new InvalidDataException("names an encrypted key: give its passphrase in a file, by --passphrase-file");
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
                : "names a file without an RSA private key in PEM: vault keys are RSA keys, made by 'openssl genpkey -algorithm RSA'");
        }
    }

    /// <exception cref="InvalidDataException">It is sealed to another key, or for another field; the message names no value.</exception>
    public PersonalText Open(SealedValue value)
    {
        var length = SealFormat.BlockLength(_key);
        if (value.Sealed.Length == 0 || value.Sealed.Length % length != 0)
        {
            throw new InvalidDataException(WrongKey);
        }

        var prefix = SealFormat.Prefix(value.Field);
        var text = new List<byte>();
        foreach (var block in value.Sealed.Chunk(length))
        {
            var plain = Open(block);
            if (!plain.AsSpan().StartsWith(prefix))
            {
                throw new InvalidDataException($"what stands there was not sealed as {value.Field}: somebody has changed pii_vault");
            }

            text.AddRange(plain.AsSpan(prefix.Length));
        }

        return new PersonalText(Encoding.UTF8.GetString([.. text]));
    }

    public void Dispose() => _key.Dispose();

    private byte[] Open(byte[] block)
    {
        try
        {
            return _key.Decrypt(block, SealFormat.Padding);
        }
        catch (CryptographicException)
        {
            throw new InvalidDataException(WrongKey);
        }
    }
}

using System.Security.Cryptography;

namespace FetchEtl.Masking;

/// <summary>Reads the public key to which values are sealed.</summary>
internal static class VaultPublicKey
{
    /// <returns>The key, which can only seal.</returns>
    /// <exception cref="InvalidDataException">
    /// The file holds no usable key. The message continues a sentence that begins with the setting's name.
    /// </exception>
    public static RSA Read(string path)
    {
        var pem = SecretFile.Read(path);
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            throw new InvalidDataException(
                "names a file with a private key, which must not be where the service runs: give it the public half " +
                "alone, made by 'openssl pkey -in PRIVATE -pubout'");
        }

        var key = RSA.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.KeySize < VaultOptions.MinKeyBits)
            {
                throw new InvalidDataException(
                    $"names an RSA key of {key.KeySize} bits, {VaultOptions.MinKeyBits} or more are needed");
            }

            return key;
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException(
                "names a file without an RSA public key in PEM: make one with 'openssl pkey -in PRIVATE -pubout'");
        }
        catch (InvalidDataException)
        {
            key.Dispose();
            throw;
        }
    }
}

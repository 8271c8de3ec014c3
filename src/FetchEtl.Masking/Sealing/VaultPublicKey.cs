using System.Numerics;
using System.Security.Cryptography;

namespace FetchEtl.Masking;

/// <summary>Reads the public key to which values are sealed.</summary>
internal static class VaultPublicKey
{
    private const int LeastExponent = 65_537;
    private const int SmallestFactor = 752;

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

            if (!IsSound(key.ExportParameters(includePrivateParameters: false)))
            {
                throw new InvalidDataException(
                    "names an RSA key that protects nothing: its modulus has a small factor, or its exponent is not " +
                    "an odd number of 65537 or more; make a new pair with 'openssl genpkey -algorithm RSA -pkeyopt " +
                    "rsa_keygen_bits:3072'");
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

    /// <summary>
    /// The public part of NIST SP 800-89, 5.3.3 (partial validation): the modulus has no factor below 752, so it is
    /// odd, too, and the exponent is odd and at least 65,537 (SP 800-56B, 6.2).
    /// </summary>
    private static bool IsSound(RSAParameters key)
    {
        var modulus = new BigInteger(key.Modulus, isUnsigned: true, isBigEndian: true);
        var exponent = new BigInteger(key.Exponent, isUnsigned: true, isBigEndian: true);
        return exponent >= LeastExponent && !exponent.IsEven
            && Enumerable.Range(2, SmallestFactor - 2).All(factor => !(modulus % factor).IsZero);
    }
}

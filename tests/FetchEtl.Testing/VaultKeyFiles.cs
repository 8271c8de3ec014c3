using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Testing;

/// <summary>PEM files of a vault's key pair and of another pair. Each process creates the keys once.</summary>
public sealed class VaultKeyFiles : IDisposable
{
    public const string Passphrase = "a pass phrase";

    /// <summary>The shortest key that a vault accepts.</summary>
    private const int KeyBits = 3072;

    private static readonly Lazy<RSA> Pair = new(() => RSA.Create(KeyBits));
    private static readonly Lazy<RSA> OtherPair = new(() => RSA.Create(KeyBits));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-vault-");

    public string Public => Write("public.pem", Pair.Value.ExportSubjectPublicKeyInfoPem());

    public string Private => Write("private.pem", Pair.Value.ExportPkcs8PrivateKeyPem());

    public string PrivatePkcs1 => Write("private-pkcs1.pem", Pair.Value.ExportRSAPrivateKeyPem());

    public string PrivateEncrypted => Write(
        "private-encrypted.pem",
        Pair.Value.ExportEncryptedPkcs8PrivateKeyPem(
            Passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));

    public string OtherPrivate => Write("other.pem", OtherPair.Value.ExportPkcs8PrivateKeyPem());

    /// <summary>Seals to <see cref="Public"/> as version 1 of the vault's format did, which writes no more.</summary>
    public static byte[] SealVersion1(string field, string value)
    {
        var prefix = Encoding.UTF8.GetBytes($"{field}:");
        var room = (KeyBits / 8) - 66 - prefix.Length;
        return
        [
            .. Encoding.UTF8.GetBytes(value).Chunk(room)
                .SelectMany(part => Pair.Value.Encrypt([.. prefix, .. part], RSAEncryptionPadding.OaepSHA256)),
        ];
    }

    public string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

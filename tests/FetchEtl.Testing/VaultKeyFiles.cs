using System.Security.Cryptography;

namespace FetchEtl.Logins.Tests;

/// <summary>A vault's key pair in PEM files, and another pair that fits nothing; the keys are made once a process.</summary>
internal sealed class VaultKeyFiles : IDisposable
{
    public const string Passphrase = "a pass phrase";

    private static readonly Lazy<RSA> Pair = new(() => RSA.Create(VaultOptions.MinKeyBits));
    private static readonly Lazy<RSA> OtherPair = new(() => RSA.Create(VaultOptions.MinKeyBits));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-vault-");

    public string Public => Write("public.pem", Pair.Value.ExportSubjectPublicKeyInfoPem());

    public string Private => Write("private.pem", Pair.Value.ExportPkcs8PrivateKeyPem());

    public string PrivatePkcs1 => Write("private-pkcs1.pem", Pair.Value.ExportRSAPrivateKeyPem());

    public string PrivateEncrypted => Write(
        "private-encrypted.pem",
        Pair.Value.ExportEncryptedPkcs8PrivateKeyPem(Passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));

    public string OtherPrivate => Write("other.pem", OtherPair.Value.ExportPkcs8PrivateKeyPem());

    public static SealingKey SealingKey() => new(Pair.Value);

    public string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    public RevealingKey RevealingKey() => Logins.RevealingKey.Read(Private, passphrase: null);

    public void Dispose() => _folder.Delete(recursive: true);
}

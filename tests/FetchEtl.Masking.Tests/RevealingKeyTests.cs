using System.Security.Cryptography;
using FetchEtl.Testing;

namespace FetchEtl.Masking.Tests;

public sealed class RevealingKeyTests : IDisposable
{
    private const string TraditionalEncryption =
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA " +
        "PRIVATE KEY-----\n";

    private readonly VaultKeyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_private_key_is_read_in_each_form_in_which_openssl_writes_it()
    {
        var blocks = SealingKey.Read(_files.Public).Seal(
            PiiField.Ip, $"1:{new string('a', 64)}", new PersonalText("192.0.2.1"));

        foreach (var (path, passphrase) in new[]
        {
            (_files.Private, null), (_files.PrivatePkcs1, null), (_files.PrivateEncrypted, VaultKeyFiles.Passphrase),
        })
        {
            using var key = RevealingKey.Read(path, passphrase);
            Assert.Equal("192.0.2.1", key.Open("ip", blocks, out _).Reveal());
        }
    }

    [Fact]
    public void An_encrypted_key_without_its_passphrase_says_how_to_give_it()
    {
        Assert.Equal("names an encrypted key: give its passphrase in a file, by " +
            "--passphrase-file", Refusal(_files.PrivateEncrypted));
        Assert.Equal(
            "names an encrypted key that the passphrase in --passphrase-file does not open",
            Refusal(_files.PrivateEncrypted, "another"));
        Assert.Contains(
            "openssl pkcs8 -topk8",
            Refusal(_files.Write("traditional.pem", TraditionalEncryption)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_holds_no_RSA_private_key_is_refused_for_what_it_is()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.StartsWith("names a file without a private key in " +
            "PEM", Refusal(_files.Public), StringComparison.Ordinal);
        Assert.StartsWith(
            "names a file without an RSA private key in PEM",
            Refusal(_files.Write("curve.pem", curve.ExportPkcs8PrivateKeyPem())),
            StringComparison.Ordinal);
        Assert.Equal("names a file that does not exist", Refusal("nowhere.pem"));
    }

    private static string Refusal(string path, string? passphrase = null) =>
        Assert.Throws<InvalidDataException>(() => RevealingKey.Read(path, passphrase)).Message;
}

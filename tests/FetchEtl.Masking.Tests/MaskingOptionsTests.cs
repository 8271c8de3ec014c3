using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using FetchEtl.Testing;

namespace FetchEtl.Masking.Tests;

public sealed class MaskingOptionsTests : IDisposable
{
    /// <summary>A key that a vault accepts. To create one takes up to a second.</summary>
    private static readonly RSA Vault = RSA.Create(3072);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-masking-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Without_a_list_of_fields_ip_and_device_id_are_masked()
    {
        Assert.Equal([PiiField.Ip, PiiField.DeviceId], PiiFields.Of(new MaskingOptions()));
    }

    [Theory]
    [InlineData("user_id", "Masking:Fields lacks ip and device_id, which is always masked: add it to the list, or " +
        "remove the list.")]
    [InlineData("device_id user_id", "Masking:Fields lacks ip, which is always masked: add it to the list, or remove " +
        "the list.")]
    [InlineData("ip device_id locale", "Masking:Fields:2 must be one of ip, device_id, user_id.")]
    [InlineData("ip device_id UserId", "Masking:Fields:2 must be one of ip, device_id, user_id.")]
    public void A_list_of_fields_that_can_not_be_is_refused(string fields, string problem)
    {
        var options = new MaskingOptions { Keys = { TestKeys.First } };
        Array.ForEach(fields.Split(' '), options.Fields.Add);

        Assert.Equal([problem], Problems(options));
    }

    [Theory]
    [InlineData(MaskingMethod.Sha256, null)]
    [InlineData(MaskingMethod.SaltedSha256, "salt")]
    public void A_weak_method_is_refused_unless_it_is_accepted(MaskingMethod method, string? salt)
    {
        var options = new MaskingOptions { Method = method, Salt = salt };

        Assert.Equal(
            [$"Masking:Method is {method}, whose masks can be reversed by trial: choose Hmac, or accept the weak " +
                "method with Masking:AllowWeak=true."],
            Problems(options));

        options.AllowWeak = true;
        Assert.Empty(Problems(options));
    }

    [Fact]
    public void A_weak_method_with_keys_or_a_former_method_is_refused()
    {
        Assert.Equal(
            [
                "Masking:Keys or Masking:KeyFiles is set, but Masking:Method Sha256 has no key: remove them, or " +
                "choose Hmac.",
                "Masking:Former is set, but only Masking:Method Hmac builds on a former method's masks: remove one " +
                "of them.",
            ],
            Problems(new MaskingOptions
            {
                Method = MaskingMethod.Sha256,
                AllowWeak = true,
                Former = MaskingMethod.Sha256,
                KeyFiles = { "/run/secrets/k" },
            }));
    }

    [Theory]
    [InlineData(MaskingMethod.Hmac, null, "s", "Masking:Salt is set, but neither Masking:Method nor Masking:Former " +
        "is SaltedSha256: remove it, or set one of them.")]
    [InlineData(MaskingMethod.Hmac, MaskingMethod.Sha256, "s", "Masking:Salt is set, but neither Masking:Method nor " +
        "Masking:Former is SaltedSha256: remove it, or set one of them.")]
    [InlineData(MaskingMethod.Hmac, MaskingMethod.SaltedSha256, null, "Masking:Salt is missing: set it to the text " +
        "that SaltedSha256 appends to each value.")]
    [InlineData(MaskingMethod.SaltedSha256, null, "", "Masking:Salt is missing: set it to the text that SaltedSha256 " +
        "appends to each value.")]
    [InlineData(MaskingMethod.Hmac, MaskingMethod.Hmac, null, "Masking:Former must be Sha256 or SaltedSha256: " +
        "remove it where neither method ever masked the table.")]
    [InlineData((MaskingMethod)9, null, null, "Masking:Method must be Hmac, Sha256 or SaltedSha256.")]
    public void What_does_not_go_together_is_refused_with_the_remedy(
        MaskingMethod method, MaskingMethod? former, string? salt, string problem)
    {
        var options = new MaskingOptions { Method = method, AllowWeak = true, Former = former, Salt = salt };
        if (method == MaskingMethod.Hmac)
        {
            options.Keys.Add(TestKeys.First);
        }

        Assert.Equal([problem], Problems(options));
    }

    [Theory]
    [InlineData("ip", MaskingMethod.Ff1, "Masking:Methods:ip must be Hmac or IpCrypt or IpCryptPfx: no other method " +
        "masks this field alone.")]
    [InlineData("ip", MaskingMethod.Sha256, "Masking:Methods:ip must be Hmac or IpCrypt or IpCryptPfx: no other " +
        "method masks this field alone.")]
    [InlineData("device_id", MaskingMethod.IpCrypt, "Masking:Methods:device_id must be Hmac or Ff1: no other method " +
        "masks this field alone.")]
    [InlineData("user_id", MaskingMethod.Ff1, "Masking:Methods:user_id must be Hmac: no other method masks this " +
        "field alone.")]
    [InlineData("DeviceId", MaskingMethod.Ff1, "Masking:Methods:DeviceId names no field: the fields are ip, " +
        "device_id, user_id.")]
    [InlineData("ip", (MaskingMethod)9, "Masking:Methods:ip must be Hmac or IpCrypt or IpCryptPfx: no other method " +
        "masks this field alone.")]
    public void A_method_that_does_not_mask_the_field_is_refused(string field, MaskingMethod method, string problem)
    {
        Assert.Equal(
            [problem], Problems(new MaskingOptions { Keys = { TestKeys.First }, Methods = { [field] = method } }));
    }

    [Fact]
    public void A_method_of_one_field_is_refused_as_that_of_all_and_beside_a_weak_or_a_former_one()
    {
        Assert.Equal(
            ["Masking:Method is Ff1, which masks device_id only: set Masking:Methods:device_id=Ff1, and remove " +
                "Masking:Method."],
            Problems(new MaskingOptions { Keys = { TestKeys.First }, Method = MaskingMethod.Ff1 }));
        Assert.Equal(
            ["Masking:Methods is set, but under Masking:Method Sha256 all fields are masked the same way, without a " +
                "key: remove it, or choose Hmac."],
            Problems(new MaskingOptions
            {
                Method = MaskingMethod.Sha256, AllowWeak = true, Methods = { ["ip"] = MaskingMethod.IpCrypt },
            }));
        Assert.Equal(
            ["Masking:Methods:ip is IpCryptPfx, but Masking:Former hashes each value first, and a hash has no form " +
                "to keep: remove one of them."],
            Problems(new MaskingOptions
            {
                Keys = { TestKeys.First },
                Former = MaskingMethod.Sha256,
                Methods = { ["ip"] = MaskingMethod.IpCryptPfx, ["device_id"] = MaskingMethod.Hmac },
            }));
    }

    [Fact]
    public void Each_field_has_its_own_method_whatever_the_case_of_its_name()
    {
        var options = new MaskingOptions
        {
            Keys = { TestKeys.First },
            Methods = { ["IP"] = MaskingMethod.IpCrypt, ["DEVICE_ID"] = MaskingMethod.Ff1 },
        };

        Assert.Empty(Problems(options));
        Assert.Equal(
            [MaskingMethod.IpCrypt, MaskingMethod.Ff1, MaskingMethod.Hmac], PiiFields.All.Select(options.MethodOf));
    }

    [Fact]
    public void A_vault_is_refused_where_it_could_not_follow_the_masks_to_a_key()
    {
        var options = new MaskingOptions { Method = MaskingMethod.Sha256, AllowWeak = true };
        options.Vault.PublicKeyFile = "vault-public.pem";

        Assert.Contains(
            "Masking:Vault:PublicKeyFile is set, but rekeying does not move the vault's entries from masks of " +
            "Masking:Method Sha256 to those of a key: remove it, or choose Hmac.",
            Problems(options));
    }

    [Fact]
    public void A_vaults_public_key_may_be_in_either_form()
    {
        Assert.Empty(VaultProblems(Vault.ExportSubjectPublicKeyInfoPem()));
        Assert.Empty(VaultProblems(Vault.ExportRSAPublicKeyPem()));
    }

    [Fact]
    public void A_private_key_is_never_taken_for_the_vaults_public_key()
    {
        string[] pems =
        [
            Vault.ExportPkcs8PrivateKeyPem(),
            Vault.ExportRSAPrivateKeyPem(),
            Vault.ExportEncryptedPkcs8PrivateKeyPem(
                "secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)),
            Vault.ExportSubjectPublicKeyInfoPem() + "\n" + Vault.ExportPkcs8PrivateKeyPem(),
        ];

        Assert.All(pems, pem => Assert.StartsWith(
            "Masking:Vault:PublicKeyFile names a file with a private key, which must not be where the service " +
            "runs", Assert.Single(VaultProblems(pem)), StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_no_rsa_key_or_too_short_a_one_is_refused_for_the_vault()
    {
        using var small = RSA.Create(2048);
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        const string none =
            "Masking:Vault:PublicKeyFile names a file without an RSA public key in PEM: make one with 'openssl pkey " +
            "-in PRIVATE -pubout'.";

        Assert.Equal(
            ["Masking:Vault:PublicKeyFile names an RSA key of 2048 bits, 3072 or more are " +
                "needed."], VaultProblems(small.ExportSubjectPublicKeyInfoPem()));
        Assert.Equal([none], VaultProblems(elliptic.ExportSubjectPublicKeyInfoPem()));
        Assert.Equal([none], VaultProblems("no key"));
        Assert.Equal(
            ["Masking:Vault:PublicKeyFile names a file that does not exist."],
            Problems(new MaskingOptions
            {
                Keys = { TestKeys.First },
                Vault = { PublicKeyFile = Path.Combine(_folder.FullName, "none") },
            }));
    }

    [Theory]
    [InlineData(0, 65_537)]
    [InlineData(3, 65_537)]
    [InlineData(751, 65_537)]
    [InlineData(1, 3)]
    public void An_RSA_key_that_protects_nothing_is_refused_for_the_vault(int factor, int exponent)
    {
        Assert.StartsWith(
            "Masking:Vault:PublicKeyFile names an RSA key that protects nothing",
            Assert.Single(VaultProblems(PublicKeyPem(factor, exponent))),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_536)]
    public void An_exponent_that_encrypts_nothing_is_refused_for_the_vault(int exponent) => Assert.StartsWith(
        "Masking:Vault:PublicKeyFile names ",
        Assert.Single(VaultProblems(PublicKeyPem(1, exponent))),
        StringComparison.Ordinal);

    [Fact]
    public void Problems_begin_with_the_path_of_the_section()
    {
        var options = new MaskingOptions { Method = MaskingMethod.Sha256, Salt = "Masking:" };

        Assert.All(options.Validate("Estate:Pii"), x => Assert.StartsWith("Estate:Pii:", x, StringComparison.Ordinal));
        Assert.All(options.Validate("Estate:Pii"), x => Assert.DoesNotContain("Masking:", x));
    }

    /// <summary>A public key whose modulus is a multiple of the factor; 0 stands for an even one.</summary>
    private static string PublicKeyPem(int factor, int exponent)
    {
        var modulus = new BigInteger(Vault.ExportParameters(false).Modulus, isUnsigned: true, isBigEndian: true);
        modulus -= factor switch
        {
            0 => BigInteger.One,
            1 => BigInteger.Zero,
            _ => modulus % factor,
        };
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(modulus);
            writer.WriteInteger(exponent);
        }

        return PemEncoding.WriteString("RSA PUBLIC KEY", writer.Encode());
    }

    /// <summary>Every problem; a masker of invalid settings reports the same ones.</summary>
    private static IReadOnlyList<string> Problems(MaskingOptions options)
    {
        var problems = options.Validate();
        if (problems.Count > 0)
        {
            Assert.Equal(problems, Assert.Throws<MaskingRefusedException>(() => PiiMaskers.Create(options)).Problems);
        }

        return problems;
    }

    private IReadOnlyList<string> VaultProblems(string pem)
    {
        var path = Path.Combine(_folder.FullName, "vault.pem");
        File.WriteAllText(path, pem);
        return Problems(new MaskingOptions { Keys = { TestKeys.First }, Vault = { PublicKeyFile = path } });
    }
}

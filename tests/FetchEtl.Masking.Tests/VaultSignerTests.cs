using System.Security.Cryptography;
using System.Text;
using FetchEtl.Testing;

namespace FetchEtl.Masking.Tests;

/// <summary>A signature holds for one entry, and only owners of the masking keys can make one.</summary>
public sealed class VaultSignerTests : IDisposable
{
    private const string KeyId = "00ff";

    /// <summary>Computed from the documented recipe by another program, for the first two test keys.</summary>
    private const string Pinned =
        """
        Generation: 1
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1o0UrFdJfZI7vFmXIlbpj+fzy2g5
        +vvImsbjm3Ag+SRl7DN/FVIRJ+R5thlschPmAP6EukwBTP0u4mEmgOSvVg==
        -----END PUBLIC KEY-----
        Generation: 2
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhnDHqs9IexD2wcKdjcqNdeBnaeZS
        IK0ECu+LWTwz8zyrMOBF7zuXYMy7sNbxVATFWEM+Q2+3GbNUPHWcwuUHZw==
        -----END PUBLIC KEY-----

        """;

    private static readonly string First = $"1:{new string('a', 64)}";
    private static readonly string Second = $"2:{new string('a', 64)}";

    private readonly VaultKeyFiles _files = new();
    private readonly VaultSigner _signer = VaultSigner.Of(Options(TestKeys.First, TestKeys.Second));

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_keys_are_those_of_the_documented_recipe()
    {
        var masker = new KeyedPiiMasker(Options(TestKeys.First, TestKeys.Second));

        Assert.Equal(Pinned, _signer.Verifier.ToPem());
        Assert.Equal(Pinned, masker.VaultSigner.Verifier.ToPem());
        Assert.StartsWith(
            VaultSigner.Of(Options(TestKeys.First)).Verifier.ToPem(), Pinned, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_signed_is_verified_by_the_printed_keys_and_every_change_is_refused()
    {
        var verifier = Read(_signer.Verifier.ToPem());
        byte[] blocks = [1, 2, 3];
        foreach (var mask in new[] { First, Second })
        {
            var signature = _signer.Sign(PiiField.Ip, mask, KeyId, blocks);
            var changed = signature.ToArray();
            changed[^1] ^= 1;

            Assert.True(verifier.Verify(PiiField.Ip, mask, KeyId, blocks, signature));
            Assert.False(verifier.Verify(PiiField.DeviceId, mask, KeyId, blocks, signature));
            Assert.False(verifier.Verify(PiiField.Ip, mask.Replace("aa", "ab"), KeyId, blocks, signature));
            Assert.False(verifier.Verify(PiiField.Ip, mask == First ? Second : First, KeyId, blocks, signature));
            Assert.False(verifier.Verify(PiiField.Ip, mask, "00fe", blocks, signature));
            Assert.False(verifier.Verify(PiiField.Ip, mask, KeyId, [1, 2, 4], signature));
            Assert.False(verifier.Verify(PiiField.Ip, mask, KeyId, [1, 2], signature));
            Assert.False(verifier.Verify(PiiField.Ip, mask, KeyId, blocks, changed));
            Assert.False(verifier.Verify(PiiField.Ip, mask, KeyId, blocks, signature.AsSpan(1)));
            Assert.False(verifier.Verify(PiiField.Ip, mask, KeyId, blocks, []));
            Assert.False(verifier.Verify(PiiField.Ip, "no mask", KeyId, blocks, signature));
        }
    }

    [Fact]
    public void The_key_of_one_generation_signs_nothing_of_another()
    {
        byte[] blocks = [1, 2, 3];
        var ofThird = VaultSigner.Of(Options(TestKeys.Third, TestKeys.Second));

        Assert.False(_signer.Verifier.Verify(
            PiiField.Ip, First, KeyId, blocks, ofThird.Sign(PiiField.Ip, First, KeyId, blocks)));
        Assert.True(_signer.Verifier.Verify(
            PiiField.Ip, Second, KeyId, blocks, ofThird.Sign(PiiField.Ip, Second, KeyId, blocks)));
        var refusal = Assert.Throws<ArgumentException>(
            () => _signer.Sign(PiiField.Ip, $"3:{new string('a', 64)}", KeyId, blocks));
        Assert.DoesNotContain("aaa", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_of_some_generations_are_read_and_verify_those_only()
    {
        var second = Read(Pinned[Pinned.IndexOf("Generation: 2", StringComparison.Ordinal)..]
            .Replace("\n", "\r\n", StringComparison.Ordinal));

        Assert.Equal([2], second.Generations);
        Assert.True(second.Verify(PiiField.Ip, Second, KeyId, [1], _signer.Sign(PiiField.Ip, Second, KeyId, [1])));
        Assert.False(second.Verify(PiiField.Ip, First, KeyId, [1], _signer.Sign(PiiField.Ip, First, KeyId, [1])));
    }

    [Fact]
    public void A_file_that_holds_no_keys_behind_their_generations_is_refused_with_the_remedy()
    {
        using var otherCurve = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        foreach (var text in new[]
        {
            string.Empty,
            Pinned.Replace("Generation: 1\n", string.Empty, StringComparison.Ordinal),
            Pinned.Replace("Generation: 2", "Generation: 1", StringComparison.Ordinal),
            Pinned.Replace("Generation: 2", "Generation: 0", StringComparison.Ordinal),
            Pinned.Replace("MFkwEwYH", "MFkwEwYI", StringComparison.Ordinal),
            $"Generation: 1\n{otherCurve.ExportSubjectPublicKeyInfoPem()}\n",
            $"Generation: 1\n{rsa.ExportSubjectPublicKeyInfoPem()}\n",
            $"Generation: 1\n{curve.ExportPkcs8PrivateKeyPem()}\n",
        })
        {
            Assert.Equal(
                "names a file that does not hold the vault's verification keys, each behind its generation: print it " +
                "with 'fetch-etl keys verifier' where the masking keys are",
                Assert.Throws<InvalidDataException>(() => Read(text)).Message);
        }

        Assert.Equal(
            "names a file that does not exist",
            Assert.Throws<InvalidDataException>(() => VaultVerifier.Read("nowhere.pem")).Message);
    }

    [Fact]
    public async Task Threads_share_a_signer_and_its_verifier()
    {
        var tasks = Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            var blocks = Encoding.UTF8.GetBytes($"{thread}");
            return Enumerable.Range(0, 20).All(_ => _signer.Verifier.Verify(
                PiiField.Ip, First, KeyId, blocks, _signer.Sign(PiiField.Ip, First, KeyId, blocks)));
        }));

        Assert.DoesNotContain(false, await Task.WhenAll(tasks));
    }

    [Fact]
    public void Without_masking_keys_there_is_no_signer() =>
        Assert.Throws<MaskingRefusedException>(() => VaultSigner.Of(new MaskingOptions()));

    private static MaskingOptions Options(params string[] keys)
    {
        var options = new MaskingOptions();
        Array.ForEach(keys, options.Keys.Add);
        return options;
    }

    private VaultVerifier Read(string pem) => VaultVerifier.Read(_files.Write("verifier.pem", pem));
}

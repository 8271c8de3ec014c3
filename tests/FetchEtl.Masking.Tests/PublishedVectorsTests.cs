using System.Security.Cryptography;
using System.Text.Json;
using FetchEtl.Testing;
using Xunit.Abstractions;

namespace FetchEtl.Masking.Tests;

/// <summary>
/// The whole files of published vectors, where they lie beside the repository. Each test prints how many it checked. A
/// few of them stand as literals in the tests of each cipher.
/// </summary>
public sealed class PublishedVectorsTests(ITestOutputHelper output)
{
    private const string IpCrypt = "ipcrypt.json";
    private const string Ff1 = "wycheproof_aes_ff1_radix10_test.json";
    private const string Hmac = "wycheproof_hmac_sha256_test.json";
    private const string Hkdf = "wycheproof_hkdf_sha256_test.json";
    private const string Oaep = "wycheproof_rsa_oaep_3072_sha256_mgf1sha256_test.json";

    [VectorFact(IpCrypt)]
    public void The_draft_of_ipcrypt_is_met_there_and_back()
    {
        var deterministic = 0;
        var pfx = 0;
        foreach (var vector in VectorFile.Read(IpCrypt).EnumerateArray())
        {
            switch (vector.GetProperty("variant").GetString())
            {
                case "ipcrypt-deterministic":
                    Check(new IpCryptCipher(Bytes(vector, "key")), vector);
                    deterministic++;
                    break;
                case "ipcrypt-pfx":
                    Check(new IpCryptPfxCipher(Bytes(vector, "key")), vector);
                    pfx++;
                    break;
            }
        }

        output.WriteLine($"draft-denis-ipcrypt: {deterministic} deterministic, {pfx} pfx.");
        Assert.True(deterministic > 0 && pfx > 0);

        static void Check(IAddressCipher cipher, JsonElement vector)
        {
            var masks = new AddressLookAlike(cipher);
            var address = vector.GetProperty("ip").GetString()!;
            var encrypted = vector.GetProperty("encrypted_ip").GetString()!;
            Assert.Equal(encrypted, masks.Mask(address));
            Assert.Equal(address, masks.Unmask(encrypted));
        }
    }

    [VectorFact(Ff1)]
    public void Wycheproofs_vectors_of_FF1_with_radix_10_are_met_there_and_back_and_the_invalid_ones_refused()
    {
        var (valid, refused) = (0, 0);
        foreach (var (group, vector) in Tests(Ff1))
        {
            Assert.Equal(10, group.GetProperty("radix").GetInt32());
            if (IsValid(vector))
            {
                var cipher = new Ff1Cipher(Bytes(vector, "key"));
                var (plain, encrypted) = (Digits(vector, "msg"), Digits(vector, "ct"));
                var (tweak, digits) = (Bytes(vector, "tweak"), Digits(vector, "msg"));
                cipher.Encrypt(digits, tweak);
                Assert.Equal(encrypted, digits);
                cipher.Decrypt(digits, tweak);
                Assert.Equal(plain, digits);
                valid++;
            }
            else
            {
                var failure = Record.Exception(() =>
                    new Ff1Cipher(Bytes(vector, "key")).Encrypt(Digits(vector, "msg"), Bytes(vector, "tweak")));
                Assert.True(failure is ArgumentException or CryptographicException or OverflowException);
                refused++;
            }
        }

        output.WriteLine($"Wycheproof AES-FF1, radix 10: {valid} valid, {refused} invalid and refused.");
        Assert.True(valid > 0 && refused > 0);
    }

    [VectorFact(Hmac)]
    public void Wycheproofs_vectors_of_HMAC_are_met_by_the_keys_of_masks()
    {
        var (valid, invalid) = (0, 0);
        foreach (var (group, vector) in Tests(Hmac))
        {
            var tag = new byte[32];
            new MaskKey(Bytes(vector, "key")).Hash(Bytes(vector, "msg"), tag);
            var length = group.GetProperty("tagSize").GetInt32() / 8;
            Assert.Equal(IsValid(vector), tag.AsSpan(0, length).SequenceEqual(Bytes(vector, "tag")));
            _ = IsValid(vector) ? valid++ : invalid++;
        }

        output.WriteLine($"Wycheproof HMAC-SHA-256: {valid} valid, {invalid} invalid and refused.");
        Assert.True(valid > 0 && invalid > 0);
    }

    /// <summary>Subkeys fix salt and info, so the vectors go to the function that derives them.</summary>
    [VectorFact(Hkdf)]
    public void Wycheproofs_vectors_of_HKDF_are_met_by_the_function_that_derives_subkeys()
    {
        var (valid, refused) = (0, 0);
        foreach (var (_, vector) in Tests(Hkdf))
        {
            byte[] Derive() => HKDF.DeriveKey(
                HashAlgorithmName.SHA256,
                Bytes(vector, "ikm"),
                vector.GetProperty("size").GetInt32(),
                Bytes(vector, "salt"),
                Bytes(vector, "info"));
            if (IsValid(vector))
            {
                Assert.Equal(Bytes(vector, "okm"), Derive());
                valid++;
            }
            else
            {
                Assert.ThrowsAny<ArgumentException>(Derive);
                refused++;
            }
        }

        output.WriteLine($"Wycheproof HKDF-SHA-256: {valid} valid, {refused} invalid and refused.");
        Assert.True(valid > 0 && refused > 0);
    }

    /// <summary>A seal has no label, so a cipher text with one is as foreign as an invalid one.</summary>
    [VectorFact(Oaep)]
    public void Wycheproofs_vectors_of_OAEP_open_with_the_padding_of_seals_and_no_other_does()
    {
        var (valid, refused, labelled) = (0, 0, 0);
        foreach (var (group, vector) in Tests(Oaep))
        {
            using var key = RSA.Create();
            key.ImportFromPem(group.GetProperty("privateKeyPem").GetString());
            byte[] Open() => key.Decrypt(Bytes(vector, "ct"), SealFormat.Padding);
            var hasLabel = vector.GetProperty("label").GetString()!.Length > 0;
            if (IsValid(vector) && !hasLabel)
            {
                Assert.Equal(Bytes(vector, "msg"), Open());
                valid++;
            }
            else
            {
                Assert.ThrowsAny<CryptographicException>(Open);
                _ = IsValid(vector) ? labelled++ : refused++;
            }
        }

        output.WriteLine(
            $"Wycheproof RSA-OAEP, 3072 bits, SHA-256: {valid} valid, {refused} invalid and refused, {labelled} with " +
            "a label, which seals never have, refused.");
        Assert.True(valid > 0 && refused > 0);
    }

    private static IEnumerable<(JsonElement Group, JsonElement Vector)> Tests(string name) =>
        from @group in VectorFile.Read(name).GetProperty("testGroups").EnumerateArray()
        from vector in @group.GetProperty("tests").EnumerateArray()
        select (@group, vector);

    private static bool IsValid(JsonElement vector) => vector.GetProperty("result").GetString() == "valid";

    private static byte[] Bytes(JsonElement vector, string name) =>
        Convert.FromHexString(vector.GetProperty(name).GetString()!);

    /// <summary>Some invalid vectors hold digits that are no bytes.</summary>
    private static byte[] Digits(JsonElement vector, string name) =>
        [.. vector.GetProperty(name).EnumerateArray().Select(digit => checked((byte)digit.GetInt32()))];
}

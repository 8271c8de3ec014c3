using System.Security.Cryptography;
using System.Text;
using FetchEtl.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.Masking.Tests;

/// <summary>What is sealed is opened by the private key, and by nothing else.</summary>
public sealed class SealTests : IDisposable
{
    /// <summary>A block of a 3,072-bit key holds 384 - 2 · 32 - 2 bytes.</summary>
    private const int Capacity = 318;

    /// <summary>The characters of <c>v2:ip:12:aaa…:</c>.</summary>
    private const int PrefixLength = 74;

    /// <summary>The most characters that a login's ip or device id may have.</summary>
    private const int LongestValue = 256;

    private static readonly string MaskText = $"12:{new string('a', 64)}";

    private readonly VaultKeyFiles _files = new();
    private readonly SealingKey _sealing;
    private readonly RevealingKey _revealing;

    public SealTests()
    {
        _sealing = SealingKey.Read(_files.Public);
        _revealing = RevealingKey.Read(_files.Private, passphrase: null);
    }

    public void Dispose()
    {
        _revealing.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Any_value_of_any_field_is_opened_as_it_was_written()
    {
        var fields = Gen.Elements(PiiFields.All.AsEnumerable());
        var texts = ArbMap.Default.GeneratorFor<NonNull<string>>()
            .Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get)));

        var opened = Prop.ForAll(
            fields.Zip(texts).ToArbitrary(),
            pair => Assert.Equal(pair.Item2, Open(pair.Item1, Seal(pair.Item1, pair.Item2))));

        opened.Check(Config.QuickThrowOnFailure.WithMaxTest(30));
    }

    [Theory]
    [InlineData(Capacity - PrefixLength, 1)]
    [InlineData(Capacity - PrefixLength + 1, 2)]
    [InlineData((2 * Capacity) - PrefixLength + 1, 3)]
    public void A_value_longer_than_a_block_takes_as_many_as_it_needs(int length, int count)
    {
        var value = new string('x', length);

        var blocks = Seal(PiiField.Ip, value);

        Assert.Equal(384 * count, blocks.Length);
        Assert.Equal(value, Open(PiiField.Ip, blocks));
    }

    [Fact]
    public void The_longest_values_that_a_login_may_have_are_opened_though_blocks_cut_their_characters()
    {
        foreach (var character in new[] { "é", "界", "😀" })
        {
            var value = string.Concat(Enumerable.Repeat(character, LongestValue));

            Assert.Equal(value, Open(PiiField.DeviceId, Seal(PiiField.DeviceId, value)));
        }
    }

    [Fact]
    public void The_same_value_has_a_different_seal_each_time()
    {
        Assert.NotEqual(Seal(PiiField.Ip, "192.0.2.1"), Seal(PiiField.Ip, "192.0.2.1"));
    }

    [Fact]
    public void A_sealed_value_that_was_moved_to_another_field_is_refused()
    {
        var refusal = Assert.Throws<InvalidDataException>(
            () => Open(PiiField.DeviceId, Seal(PiiField.Ip, "192.0.2.1")));

        Assert.Equal(
            "the stored value was not sealed as device_id in version 2: somebody has changed pii_vault",
            refusal.Message);
    }

    [Fact]
    public void A_value_of_version_1_is_opened_as_such_and_in_its_field_only()
    {
        foreach (var value in new[] { "192.0.2.1", new string('é', LongestValue) })
        {
            var blocks = VaultKeyFiles.SealVersion1("ip", value);

            Assert.Equal(value, _revealing.OpenVersion1("ip", blocks).Reveal());
            Assert.Throws<InvalidDataException>(() => _revealing.OpenVersion1("device_id", blocks));
        }
    }

    [Fact]
    public void A_value_of_one_version_does_not_open_as_one_of_the_other()
    {
        Assert.Throws<InvalidDataException>(
            () => _revealing.OpenVersion1("ip", Seal(PiiField.Ip, "192.0.2.1")));
        Assert.Throws<InvalidDataException>(
            () => _revealing.Open("ip", VaultKeyFiles.SealVersion1("ip", "192.0.2.1"), out _));
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8::1")]
    [InlineData("1:aa:value")]
    public void A_value_that_was_sealed_without_a_mask_is_refused(string rest)
    {
        var blocks = VaultKeyFiles.SealVersion1("v2", $"ip:{rest}");

        Assert.Equal(
            "the stored value was not sealed as ip with a mask: somebody has changed pii_vault",
            Assert.Throws<InvalidDataException>(() => _revealing.Open("ip", blocks, out _)).Message);
    }

    [Fact]
    public void Without_its_private_key_nothing_opens()
    {
        using var other = RevealingKey.Read(_files.OtherPrivate, passphrase: null);
        var value = Seal(PiiField.Ip, "192.0.2.1");

        var refusal = Assert.Throws<InvalidDataException>(() => other.Open("ip", value, out _));

        Assert.StartsWith("this private key does not open it: give the one whose public half " +
            "was", refusal.Message, StringComparison.Ordinal);
        Assert.Null(refusal.InnerException);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(383)]
    [InlineData(385)]
    public void A_sealed_value_that_was_cut_is_refused(int length)
    {
        var whole = Seal(PiiField.Ip, new string('x', Capacity));

        Assert.Throws<InvalidDataException>(() => Open(PiiField.Ip, whole[..length]));
    }

    [Fact]
    public void A_value_with_a_changed_part_beside_a_sound_one_was_changed_and_not_sealed_to_another_key()
    {
        var blocks = Seal(PiiField.Ip, new string('x', 3 * Capacity));
        blocks[^1] ^= 1;

        Assert.True(_revealing.Opens(blocks));
        Assert.Equal(
            "a part of the stored value does not open, and another does: somebody has changed pii_vault",
            Assert.Throws<InvalidDataException>(() => Open(PiiField.Ip, blocks)).Message);
        blocks[0] ^= 1;
        Assert.False(_revealing.Opens(blocks));
        Assert.False(_revealing.Opens(blocks.AsSpan(1)));
        Assert.False(_revealing.Opens([]));
    }

    [Fact]
    public void A_pair_has_one_fingerprint_and_that_is_the_hash_of_its_public_half()
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(File.ReadAllText(_files.Public));
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(rsa.ExportSubjectPublicKeyInfo()));
        using var other = RevealingKey.Read(_files.OtherPrivate, passphrase: null);

        Assert.Equal(fingerprint, _sealing.KeyId);
        Assert.Equal(fingerprint, _revealing.KeyId);
        Assert.NotEqual(fingerprint, other.KeyId);
    }

    [Fact]
    public async Task Threads_share_a_key()
    {
        var tasks = Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
            Enumerable.Range(0, 20)
                .Select(i => (Value: $"{thread}.{i}", Sealed: Seal(PiiField.UserId, $"{thread}.{i}"))).ToList()));

        foreach (var (value, blocks) in (await Task.WhenAll(tasks)).SelectMany(pairs => pairs))
        {
            Assert.Equal(value, Open(PiiField.UserId, blocks));
        }
    }

    private byte[] Seal(PiiField field, string value) => _sealing.Seal(field, MaskText, new PersonalText(value));

    private string Open(PiiField field, byte[] blocks)
    {
        var value = _revealing.Open(field.Name(), blocks, out var mask).Reveal();
        Assert.Equal(MaskText, mask.ToString());
        return value;
    }
}

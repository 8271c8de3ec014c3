using System.Security.Cryptography;
using System.Text;
using FetchEtl.Testing;

namespace FetchEtl.Masking.Tests;

/// <summary>A newest key that somebody can guess is refused with the way out, and a random one never is.</summary>
public sealed class WeakKeyTests
{
    public static TheoryData<string, byte[]> Weak => new()
    {
        { "repeats itself", new byte[32] },
        { "repeats itself", [.. Enumerable.Repeat((byte)0xa7, 48)] },
        { "repeats itself", [.. Enumerable.Range(0, 40).Select(i => (byte)(200 + (i % 7)))] },
        { "is typed text", Encoding.UTF8.GetBytes("correct horse battery staple, correct horse") },
        { "is typed text", Encoding.UTF8.GetBytes("ein Schlüssel, den sich jemand ausgedacht hat") },
        { "is typed text", Encoding.UTF8.GetBytes("0123456789abcdef0123456789abcdeff") },
        { "counts evenly", [.. Enumerable.Range(0, 32).Select(i => (byte)i)] },
        { "counts evenly", [.. Enumerable.Range(0, 33).Select(i => (byte)(255 - (3 * i)))] },
        { "has few different bytes", [.. Enumerable.Range(0, 32).Select(i => (byte)(i == 31 ? 0xfe : 0x80))] },
    };

    [Theory]
    [MemberData(nameof(Weak))]
    public void A_key_that_can_be_guessed_is_refused_with_the_remedy(string reason, byte[] key)
    {
        var text = Convert.ToBase64String(key);

        var problem = Assert.Single(new MaskingOptions { Keys = { TestKeys.First, text } }.Validate());

        Assert.StartsWith($"Masking:Keys:1 {reason}", problem, StringComparison.Ordinal);
        Assert.Contains("make one with 'fetch-etl keys new'", problem, StringComparison.Ordinal);
        Assert.Contains("as Masking:Keys:2, then run 'fetch-etl rekey'", problem, StringComparison.Ordinal);
        Assert.DoesNotContain(text, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_weak_key_under_a_strong_newer_one_is_accepted_so_that_its_table_can_be_rekeyed()
    {
        Assert.Empty(new MaskingOptions { Keys = { Convert.ToBase64String(new byte[32]), TestKeys.First } }.Validate());
    }

    [Fact]
    public void Random_keys_are_never_refused()
    {
        var random = new Random(12);
        var key = new byte[32];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(key);
            Assert.Null(WeakKey.Reason(key));
        }

        Assert.Null(WeakKey.Reason(Convert.FromBase64String(MaskingKeys.Create())));
        Assert.Null(WeakKey.Reason(SHA256.HashData("a label"u8)));
    }

    /// <summary>Computed as the vectors of masks.json, by Python.</summary>
    [Fact]
    public void The_MAC_of_a_generation_is_that_of_the_recipe_and_proves_who_wrote_it()
    {
        var masker = new KeyedPiiMasker(
            new MaskingOptions { Keys = { TestKeys.First, TestKeys.Second, TestKeys.Third } });
        string[] macs =
        [
            "5a3780a8f8b2d3b64cd8d53b47b75b4fe914dc38fa915db81d3533a263123367",
            "e2f89d4023417c0605a12828e00b5a82aadd94564241eec8d8a92df8046dbede",
            "ec17dc52ef6354596dfb3da2b048560d46bdb17e365037c1fb6c19705381d2f7",
        ];

        Assert.Equal(macs, Enumerable.Range(1, 3).Select(generation => masker.GenerationMac(generation, null)));
        var stale = new KeyedPiiMasker(new MaskingOptions { Keys = { TestKeys.First } });
        Assert.True(stale.IsGenuine(2, masker.KeyCheck(2), macs[1], null));
        Assert.False(stale.IsGenuine(2, masker.KeyCheck(3), macs[1], null));
        Assert.False(stale.IsGenuine(2, masker.KeyCheck(2), macs[0], null));
        Assert.False(stale.IsGenuine(3, masker.KeyCheck(3), macs[2], null));
        Assert.False(stale.IsGenuine(2, null, macs[1], null));
    }
}

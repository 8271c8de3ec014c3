using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.Masking.Tests;

/// <summary>NIST's samples of FF1, and device ids masked by it.</summary>
public sealed class Ff1Tests
{
    private const string Key = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94";
    private const string Digits36 = "0123456789abcdefghijklmnopqrstuvwxyz";

    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithReplay(20260101, 1);
    private static readonly DeviceIdLookAlike Masks = new(new Ff1Cipher(Convert.FromHexString(Key)));

    [Theory]
    [InlineData(16, 10, "", "0123456789", "2433477484")]
    [InlineData(16, 10, "39383736353433323130", "0123456789", "6124200773")]
    [InlineData(16, 36, "3737373770717273373737", "0123456789abcdefghi", "a9tv40mll9kdu509eum")]
    [InlineData(24, 10, "", "0123456789", "2830668132")]
    [InlineData(24, 10, "39383736353433323130", "0123456789", "2496655549")]
    [InlineData(24, 36, "3737373770717273373737", "0123456789abcdefghi", "xbj3kv35jrawxv32ysr")]
    [InlineData(32, 10, "", "0123456789", "6657667009")]
    [InlineData(32, 10, "39383736353433323130", "0123456789", "1001623463")]
    [InlineData(32, 36, "3737373770717273373737", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd")]
    public void NISTs_samples_are_met_there_and_back(
        int keyLength, int radix, string tweak, string text, string encrypted)
    {
        var cipher = new Ff1Cipher(Convert.FromHexString(Key).AsSpan(0, keyLength), radix);
        byte[] digits = [.. text.Select(character => (byte)Digits36.IndexOf(character, StringComparison.Ordinal))];

        cipher.Encrypt(digits, Convert.FromHexString(tweak));
        Assert.Equal(encrypted, string.Concat(digits.Select(digit => Digits36[digit])));

        cipher.Decrypt(digits, Convert.FromHexString(tweak));
        Assert.Equal(text, string.Concat(digits.Select(digit => Digits36[digit])));
    }

    [Fact]
    public void A_device_id_keeps_its_layout_and_comes_back_from_its_mask()
    {
        var characters = Gen.Frequency(
            (5, Gen.Elements("0123456789".AsEnumerable())), (1, Gen.Elements("-._/ ".AsEnumerable())));
        var texts = Gen.Choose(6, 200).SelectMany(length => characters.ListOf(length))
            .Select(list => string.Concat(list)).Where(text => text.Count(char.IsAsciiDigit) >= 6).ToArbitrary();

        Check.One(Seeded, Prop.ForAll(texts, text =>
        {
            var mask = Masks.Mask(text)!;
            return mask != text && Masks.Unmask(mask) == text && Layout(mask) == Layout(text);
        }));

        static string Layout(string text) => string.Concat(text.Select(c => char.IsAsciiDigit(c) ? '0' : c));
    }

    [Fact]
    public void Equal_digits_in_another_layout_have_other_digits_in_their_mask()
    {
        string[] texts = ["000-00-0001", "000000001", "000.00.0001", "00-000-0001", "000-00-0001 "];

        var digits = texts.Select(text => string.Concat(Masks.Mask(text)!.Where(char.IsAsciiDigit)));

        Assert.Equal(texts.Length, digits.Distinct().Count());
    }

    [Fact]
    public void All_values_of_the_smallest_domain_have_masks_of_their_own()
    {
        var cipher = new Ff1Cipher(Convert.FromHexString(Key));
        var seen = new HashSet<int>();
        for (var value = 0; value < 10_000; value++)
        {
            byte[] digits = [.. $"{value:D4}".Select(c => (byte)(c - '0'))];
            cipher.Encrypt(digits, []);
            seen.Add(digits.Aggregate(0, (sum, digit) => (sum * 10) + digit));
        }

        Assert.Equal(10_000, seen.Count);
    }

    [Theory]
    [InlineData("12345")]
    [InlineData("1-2-3-4-5")]
    [InlineData("123456a")]
    [InlineData("12:34:56")]
    [InlineData("123456\n")]
    [InlineData("\u0661\u0662\u0663\u0664\u0665\u0666")]
    public void A_device_id_of_fewer_than_six_digits_or_with_other_characters_has_no_mask(string text)
    {
        Assert.Null(Masks.Mask(text));
        Assert.Null(Masks.Unmask(text));
    }

    [Fact]
    public void The_longest_device_id_has_a_mask_and_a_longer_one_has_none()
    {
        var text = new string('7', DeviceIdLookAlike.MaxLength);

        Assert.Equal(text, Masks.Unmask(Masks.Mask(text)!));
        Assert.Null(Masks.Mask(text + "7"));
    }

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        var texts = Enumerable.Range(0, 2000).Select(i => $"{i:D9}").ToArray();
        var alone = texts.Select(Masks.Mask).ToArray();

        var together = new string?[texts.Length];
        Parallel.For(0, texts.Length, i => together[i] = Masks.Mask(texts[i]));

        Assert.Equal(alone, together);
    }

    [Fact]
    public void A_text_without_halves_or_with_foreign_digits_or_a_key_of_another_length_is_refused()
    {
        var cipher = new Ff1Cipher(Convert.FromHexString(Key));

        Assert.Throws<ArgumentException>(() => cipher.Encrypt(new byte[1], []));
        Assert.Throws<ArgumentException>(() => cipher.Encrypt([1, 10], []));
        Assert.ThrowsAny<CryptographicException>(() => new Ff1Cipher(new byte[15]));
    }
}

using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.Logins.Tests;

public sealed class AppVersionTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithReplay(20260101, 1).WithMaxTest(1000);

    private static readonly Arbitrary<(int Major, int Minor, int Patch)> Versions = Gen.Choose(0, 2146)
        .SelectMany(major => Gen.Choose(0, 999).Two(), (major, rest) => (major, rest.Item1, rest.Item2))
        .ToArbitrary();

    [Theory]
    [InlineData("2.3.0", 2_003_000)]
    [InlineData("2.3", 2_003_000)]
    [InlineData("2", 2_000_000)]
    [InlineData("0.96", 96_000)]
    [InlineData("6.02", 6_002_000)]
    [InlineData("2.00", 2_000_000)]
    [InlineData("0.0.0", 0)]
    [InlineData("2.10", 2_010_000)]
    [InlineData("0000000000000000000002.3", 2_003_000)]
    [InlineData("2146.999.999", 2_146_999_999)]
    [InlineData("2.3.0-beta.1", 2_003_000)]
    [InlineData("2.3+build.7", 2_003_000)]
    public void A_version_is_encoded_in_order(string text, int code)
    {
        Assert.True(AppVersion.TryEncode(text, AppVersionEncoding.Ordered, out var encoded));
        Assert.Equal(code, encoded);
    }

    [Theory]
    [InlineData("2.3.0", 230)]
    [InlineData("0.26", 26)]
    [InlineData("2.6", 26)]
    [InlineData("6.02", 602)]
    [InlineData("5000.1", 50001)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("2.3.0-beta.1", 230)]
    public void A_version_is_encoded_by_its_digits(string text, int code)
    {
        Assert.True(AppVersion.TryEncode(text, AppVersionEncoding.Digits, out var encoded));
        Assert.Equal(code, encoded);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("2.")]
    [InlineData(".2")]
    [InlineData("2..3")]
    [InlineData("1.2.3.4")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1,2")]
    [InlineData("v1")]
    [InlineData("1.x")]
    [InlineData("1-")]
    [InlineData("1-béta")]
    [InlineData("1\0")]
    [InlineData("\u0661.\u0662")]
    [InlineData("99999999999999999999999999")]
    public void A_text_that_is_not_a_version_is_rejected_in_both_encodings(string text)
    {
        Assert.False(AppVersion.TryEncode(text, AppVersionEncoding.Ordered, out _));
        Assert.False(AppVersion.TryEncode(text, AppVersionEncoding.Digits, out _));
    }

    [Theory]
    [InlineData("2147.0.0", AppVersionEncoding.Ordered)]
    [InlineData("1.1000", AppVersionEncoding.Ordered)]
    [InlineData("1.0.1000", AppVersionEncoding.Ordered)]
    [InlineData("2147483648", AppVersionEncoding.Digits)]
    [InlineData("2147.48364.8", AppVersionEncoding.Digits)]
    public void A_version_that_does_not_fit_the_encoding_is_rejected(string text, AppVersionEncoding encoding)
    {
        Assert.False(AppVersion.TryEncode(text, encoding, out var code));
        Assert.Equal(0, code);
    }

    [Fact]
    public void Codes_order_as_versions_do()
    {
        Check.One(Seeded, Prop.ForAll(Versions, Versions, (a, b) =>
            a.CompareTo(b) == Encode(a).CompareTo(Encode(b))));
    }

    [Fact]
    public void A_code_formats_to_its_version()
    {
        Check.One(Seeded, Prop.ForAll(Versions, version => AppVersion.Format(Encode(version)) == Text(version)));
    }

    [Fact]
    public void A_negative_code_is_rejected()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => AppVersion.Format(-1));
    }

    private static string Text((int Major, int Minor, int Patch) version) =>
        $"{version.Major}.{version.Minor}.{version.Patch}";

    private static int Encode((int Major, int Minor, int Patch) version)
    {
        Assert.True(AppVersion.TryEncode(Text(version), AppVersionEncoding.Ordered, out var code));
        return code;
    }
}

using System.Net;
using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.Masking.Tests;

public sealed class CanonicalIpTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("::FFFF:C000:0201", "192.0.2.1")]
    [InlineData("2001:DB8::1", "2001:0db8:0000:0000:0000:0000:0000:0001")]
    [InlineData("2001:db8:0:0:0:0:0:1", "2001:0db8:0000:0000:0000:0000:0000:0001")]
    [InlineData("2001:0db8::0001", "2001:0db8:0000:0000:0000:0000:0000:0001")]
    [InlineData("::192.0.2.1", "0000:0000:0000:0000:0000:0000:c000:0201")]
    [InlineData("::", "0000:0000:0000:0000:0000:0000:0000:0000")]
    public void An_address_has_one_text_however_it_is_written(string text, string canonical)
    {
        Assert.True(CanonicalIp.TryFormat(text, out var formatted));
        Assert.Equal(canonical, formatted);
    }

    [Theory]
    [InlineData("010.1.1.1")]
    [InlineData("1.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("256.1.1.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.")]
    [InlineData(" 192.0.2.1")]
    [InlineData("192.0.2.1:80")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fe80::1%1")]
    [InlineData("::ffff:010.1.1.1")]
    [InlineData("::1::")]
    [InlineData("2001:db8::/32")]
    [InlineData("\u0661.1.1.1")]
    [InlineData("unknown")]
    [InlineData(":")]
    public void What_is_no_plain_address_stays_text(string text)
    {
        Assert.False(CanonicalIp.TryFormat(text, out var formatted));
        Assert.Equal(text, formatted);
    }

    [Fact]
    public void Every_address_is_recognised_in_every_way_of_writing_it()
    {
        var addresses = Gen.Choose(0, 255).ListOf(16)
            .Select(bytes => new IPAddress([.. bytes.Select(b => (byte)b)]))
            .ToArbitrary();

        Check.One(Config.QuickThrowOnFailure.WithReplay(20260101, 1), Prop.ForAll(addresses, address =>
            CanonicalIp.TryFormat(address.ToString(), out var one)
            && CanonicalIp.TryFormat(address.ToString().ToUpperInvariant(), out var other)
            && CanonicalIp.TryFormat(one, out var again)
            && one == other && one == again
            && IPAddress.Parse(one).Equals(address)));
    }
}

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FetchEtl.Masking;

/// <summary>
/// Gives each IP address one text, however it was written. IPv4, also when mapped into IPv6, becomes the dotted quad.
/// IPv6 becomes eight groups of four lower-case hex digits (<c>2001:0db8:0000:…</c>), a form that needs no compression
/// rule.
/// </summary>
internal static class CanonicalIp
{
    /// <summary>The bytes of an address, IPv4 as IPv4-mapped IPv6.</summary>
    public const int Length = 16;

    private static readonly SearchValues<char> Ipv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>
    /// Formats an address. It returns false for a text that is not a plain address: octal, short or padded quads
    /// (<c>010.1.1.1</c>, <c>1.1</c>), which programs read in different ways; ports and brackets; scoped addresses
    /// (<c>fe80::1%eth0</c>), whose zone has a meaning on the sender's machine only.
    /// </summary>
    public static bool TryFormat(string text, out string canonical)
    {
        canonical = text;
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return IsQuad(text);
        }

        if (!TryParseIpv6(text, colon, out var address))
        {
            return false;
        }

        canonical = address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString() : Expand(address);
        return true;
    }

    /// <summary>Reads an address that <see cref="TryFormat"/> formats.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">Receives <see cref="Length"/> bytes, equal for all texts of one address.</param>
    /// <returns>False for a text that is not a plain address.</returns>
    public static bool TryRead(string text, Span<byte> address)
    {
        var colon = text.LastIndexOf(':');
        if (colon >= 0)
        {
            return TryParseIpv6(text, colon, out var parsed) && parsed.TryWriteBytes(address, out _);
        }

        if (!IsQuad(text))
        {
            return false;
        }

        address[..(Length - 6)].Clear();
        address[10..12].Fill(byte.MaxValue);
        var place = 12;
        foreach (var range in text.AsSpan().Split('.'))
        {
            address[place++] = byte.Parse(text.AsSpan(range), NumberStyles.None, CultureInfo.InvariantCulture);
        }

        return true;
    }

    /// <summary>Writes an address as users do: a dotted quad for IPv4, RFC 5952's short form for IPv6.</summary>
    public static string Write(ReadOnlySpan<byte> address)
    {
        var isIpv4 = address[..10].IndexOfAnyExcept((byte)0) < 0 && address[10] == byte.MaxValue
            && address[11] == byte.MaxValue;
        return new IPAddress(isIpv4 ? address[12..] : address).ToString();
    }

    private static bool TryParseIpv6(string text, int colon, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return !text.AsSpan().ContainsAnyExcept(Ipv6Characters)
            && (!text.AsSpan(colon).Contains('.') || IsQuad(text.AsSpan(colon + 1)))
            && IPAddress.TryParse(text, out address)
            && address.AddressFamily == AddressFamily.InterNetworkV6;
    }

    private static bool IsQuad(ReadOnlySpan<char> text)
    {
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || part.ContainsAnyExceptInRange('0', '9'))
            {
                return false;
            }

            if ((part.Length > 1 && part[0] == '0') || int.Parse(part) > byte.MaxValue)
            {
                return false;
            }
        }

        return parts == 4;
    }

    private static string Expand(IPAddress address)
    {
        var hex = Convert.ToHexStringLower(address.GetAddressBytes());
        return string.Join(':', Enumerable.Range(0, 8).Select(group => hex.Substring(group * 4, 4)));
    }
}

using System.Buffers;
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

        if (text.AsSpan().ContainsAnyExcept(Ipv6Characters))
        {
            return false;
        }

        if (text.AsSpan(colon).Contains('.') && !IsQuad(text.AsSpan(colon + 1)))
        {
            return false;
        }

        if (!IPAddress.TryParse(text, out var address) || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        canonical = address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString() : Expand(address);
        return true;
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

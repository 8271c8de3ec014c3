using System.Buffers;
using System.Text;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Marks in every personal value of every message, so that a search finds any of them, as text, in base64 or in hex.
/// Addresses are real ones, from ranges that nobody has, so that they take the way of an address.
/// </summary>
internal static class Canaries
{
    /// <summary>What is no address starts with this; what follows tells the kind of value.</summary>
    public const string Mark = "canary-";

    public const string UserId = Mark + "user-";
    public const string DeviceId = Mark + "device-";

    /// <summary>In a key that the contract does not know: found where a body as a whole has leaked.</summary>
    public const string Body = Mark + "body-";

    /// <summary>In an ip field that holds no address.</summary>
    public const string IpText = Mark + "ip-";

    /// <summary>RFC 2544's range for benchmarks.</summary>
    public const string IPv4 = "198.18.";

    /// <summary>RFC 3849's range for documentation.</summary>
    public const string IPv6 = "2001:db8:";

    /// <summary>The same with all its digits, as a masker may write it.</summary>
    private const string IPv6Expanded = "2001:0db8:";

    private static readonly SearchValues<string> All = SearchValues.Create(
        [Mark, IPv4, IPv6, IPv6Expanded, Convert.ToHexString(Encoding.UTF8.GetBytes(Mark)), .. Base64(Mark)], StringComparison.OrdinalIgnoreCase);

    public static bool AreIn(ReadOnlySpan<char> text) => text.ContainsAny(All);

    /// <summary>What a text looks like within the base64 of a longer one: three ways, by where it begins.</summary>
    private static IEnumerable<string> Base64(string text) => Enumerable.Range(0, 3).Select(offset =>
    {
        var whole = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string(' ', offset) + text));

        // A character of base64 is six bits, so those at the ends also hold bits of what stands beside.
        return whole[((offset * 8 + 5) / 6)..((offset + text.Length) * 8 / 6)];
    });
}

using System.Buffers;
using System.Text;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Marks in every personal value of every message. A search finds each of them as text, base64 or hex. Addresses are
/// valid, so that the masker treats them as addresses, and come from reserved ranges that no host has.
/// </summary>
internal static class Canaries
{
    /// <summary>The start of every canary that is not an address. The kind of value follows.</summary>
    public const string Mark = "canary-";

    public const string UserId = Mark + "user-";
    public const string DeviceId = Mark + "device-";

    /// <summary>
    /// The canary of a key that the contract does not know. It appears where a whole body has leaked.
    /// </summary>
    public const string Body = Mark + "body-";

    /// <summary>The canary of an ip field without an address.</summary>
    public const string IpText = Mark + "ip-";

    /// <summary>The range for benchmarks (RFC 2544).</summary>
    public const string IPv4 = "198.18.";

    /// <summary>The range for documentation (RFC 3849).</summary>
    public const string IPv6 = "2001:db8:";

    /// <summary>The same range with all its digits, as a masker may write it.</summary>
    private const string IPv6Expanded = "2001:0db8:";

    private static readonly SearchValues<string> All = SearchValues.Create(
        [Mark, IPv4, IPv6, IPv6Expanded, Convert.ToHexString(Encoding.UTF8.GetBytes(Mark)), .. Base64(Mark)],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns whether the text contains a canary.</summary>
    public static bool AreIn(ReadOnlySpan<char> text) => text.ContainsAny(All);

    /// <summary>
    /// Returns the three forms of a text within the base64 of a longer one: its offset decides which.
    /// </summary>
    private static IEnumerable<string> Base64(string text) => Enumerable.Range(0, 3).Select(offset =>
    {
        var whole = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string(' ', offset) + text));

        // A character of base64 is six bits, so the first and the last one also hold bits of the neighbouring text.
        return whole[((offset * 8 + 5) / 6)..((offset + text.Length) * 8 / 6)];
    });
}

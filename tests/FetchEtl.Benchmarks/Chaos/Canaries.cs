using System.Buffers;

namespace FetchEtl.Benchmarks.Chaos;

/// <summary>
/// Marks in every personal value of every message, one for each kind of value, so that a search for the mark finds any of them.
/// Addresses are real ones, from ranges that nobody has, so that they take the way of an address.
/// </summary>
internal static class Canaries
{
    public const string UserId = "canary-user-";
    public const string DeviceId = "canary-device-";

    /// <summary>In a key that the contract does not know: found where a body as a whole has leaked.</summary>
    public const string Body = "canary-body-";

    /// <summary>In an ip field that holds no address.</summary>
    public const string IpText = "canary-ip-";

    /// <summary>RFC 2544's range for benchmarks.</summary>
    public const string IPv4 = "198.18.";

    /// <summary>RFC 3849's range for documentation.</summary>
    public const string IPv6 = "2001:db8:";

    /// <summary>The same with all its digits, as a masker may write it.</summary>
    private const string IPv6Expanded = "2001:0db8:";

    private static readonly SearchValues<string> All =
        SearchValues.Create([UserId, DeviceId, Body, IpText, IPv4, IPv6, IPv6Expanded], StringComparison.OrdinalIgnoreCase);

    public static bool AreIn(ReadOnlySpan<char> text) => text.ContainsAny(All);
}

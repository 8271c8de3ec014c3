using System.Collections.Immutable;

namespace FetchEtl.Logins;

/// <summary>
/// The key names of a login message, and the name <c>body</c>, under which problems of the whole message are reported.
/// </summary>
internal static class LoginFields
{
    public const string UserId = "user_id";
    public const string AppVersion = "app_version";
    public const string DeviceType = "device_type";
    public const string Ip = "ip";
    public const string Locale = "locale";
    public const string DeviceId = "device_id";
    public const string Body = "body";

    /// <summary>The keys in the contract's order.</summary>
    public static readonly ImmutableArray<string> InOrder = [UserId, AppVersion, DeviceType, Ip, Locale, DeviceId];
}

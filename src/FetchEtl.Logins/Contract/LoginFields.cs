namespace FetchEtl.Logins;

/// <summary>The contract's key names, and the name under which the message as a whole is reported.</summary>
internal static class LoginFields
{
    public const string UserId = "user_id";
    public const string AppVersion = "app_version";
    public const string DeviceType = "device_type";
    public const string Ip = "ip";
    public const string Locale = "locale";
    public const string DeviceId = "device_id";
    public const string Body = "body";
}

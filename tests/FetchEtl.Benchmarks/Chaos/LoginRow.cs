namespace FetchEtl.Benchmarks;

/// <summary>A row of <c>user_logins</c>, but for when the message was sent and which id it got then.</summary>
internal sealed record LoginRow(
    string UserId, string DeviceType, string MaskedIp, string MaskedDeviceId, string? Locale, int AppVersion);

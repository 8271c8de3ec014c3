namespace FetchEtl.Benchmarks;

/// <summary>A row of <c>user_logins</c> without its <c>create_date</c> and <c>message_id</c>.</summary>
internal sealed record LoginRow(
    string MaskedUserId, string DeviceType, string MaskedIp, string MaskedDeviceId, string? Locale, int AppVersion);

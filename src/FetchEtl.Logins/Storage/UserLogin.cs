namespace FetchEtl.Logins;

/// <summary>A row of <c>user_logins</c>. Every column may be null, as in the DDL that tables in use were made from.</summary>
public sealed class UserLogin
{
    /// <summary>Who logged in, at most 128 characters: as received, or its mask where <see cref="MaskingOptions.Fields"/> names it.</summary>
    public string? UserId { get; init; }

    /// <summary>The kind of device, at most 32 characters.</summary>
    public string? DeviceType { get; init; }

    /// <summary>The masked address, at most 256 characters; null where the event had none.</summary>
    public string? MaskedIp { get; init; }

    /// <summary>The masked device id, at most 256 characters; null where the event had none.</summary>
    public string? MaskedDeviceId { get; init; }

    /// <summary>The locale, at most 32 characters.</summary>
    public string? Locale { get; init; }

    /// <summary>The app's version as an integer; see <see cref="AppVersionEncoding"/>.</summary>
    public int? AppVersion { get; init; }

    /// <summary>The UTC date on which the event was sent.</summary>
    public DateOnly? CreateDate { get; init; }

    /// <summary>
    /// The identity that makes a row written once. Null in rows that other writers made: those take no part in it.
    /// </summary>
    public Guid? MessageId { get; init; }
}

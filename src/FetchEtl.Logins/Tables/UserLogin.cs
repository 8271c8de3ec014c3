namespace FetchEtl.Logins;

/// <summary>A row of <c>user_logins</c>. Every column may be null, as in the exercise's table.</summary>
public sealed class UserLogin
{
    /// <summary>
    /// The user, at most 128 characters: as received, or masked where <see cref="MaskingOptions.Fields"/> names
    /// <c>user_id</c>.
    /// </summary>
    public string? UserId { get; init; }

    /// <summary>The kind of device, at most 32 characters.</summary>
    public string? DeviceType { get; init; }

    /// <summary>The masked address, at most 256 characters; null where the login had none.</summary>
    public string? MaskedIp { get; init; }

    /// <summary>The masked device id, at most 256 characters; null where the login had none.</summary>
    public string? MaskedDeviceId { get; init; }

    /// <summary>The locale, at most 32 characters.</summary>
    public string? Locale { get; init; }

    /// <summary>The version of the app as an integer; see <see cref="AppVersionEncoding"/>.</summary>
    public int? AppVersion { get; init; }

    /// <summary>The UTC date on which the login was sent.</summary>
    public DateOnly? CreateDate { get; init; }

    /// <summary>
    /// The identity of the message: the table holds each one once. Null in rows of other writers, which may repeat.
    /// </summary>
    public Guid? MessageId { get; init; }

    /// <summary>
    /// The key generation of the row's masks that do not show it themselves: those that look like an address or a
    /// device id. Null where the row has none.
    /// </summary>
    public short? MaskGeneration { get; init; }
}

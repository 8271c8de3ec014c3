namespace FetchEtl.Logins;

/// <summary>
/// Lengths in characters, as PostgreSQL counts them. Those of <c>user_logins</c> are the exercise's. Validation and the
/// EF model both read them here.
/// </summary>
internal static class ColumnLengths
{
    public const int UserId = 128;
    public const int DeviceType = 32;
    public const int Mask = 256;
    public const int Locale = 32;
    public const int KeyCheck = 64;
    public const int FieldName = 32;

    /// <summary>The longest valid ip or device id. No column holds one, and every mask has the same length.</summary>
    public const int RawPersonal = 256;
}

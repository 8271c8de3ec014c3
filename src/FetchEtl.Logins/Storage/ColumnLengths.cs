namespace FetchEtl.Logins;

/// <summary>
/// Lengths in characters, as PostgreSQL counts them. The columns' are the challenge's DDL; validation and the EF model
/// both read them here.
/// </summary>
internal static class ColumnLengths
{
    public const int UserId = 128;
    public const int DeviceType = 32;
    public const int Mask = 256;
    public const int Locale = 32;
    public const int KeyCheck = 64;
    public const int FieldName = 32;

    /// <summary>No column holds a raw ip or device id, and their masks have one length. This bound keeps nonsense out.</summary>
    public const int RawPersonal = 256;
}

namespace FetchEtl.Masking;

/// <summary>
/// The personal fields that can be masked. Each field has keys of its own, so the same text has different masks in
/// different fields.
/// </summary>
public enum PiiField
{
    /// <summary>The client's address.</summary>
    Ip = 0,

    /// <summary>The device's identifier.</summary>
    DeviceId = 1,

    /// <summary>The user who logged in. Masked unless <see cref="MaskingOptions.Fields"/> leaves it out.</summary>
    UserId = 2,
}

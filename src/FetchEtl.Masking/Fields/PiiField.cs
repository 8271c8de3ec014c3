namespace FetchEtl.Logins;

/// <summary>The personal fields that can be masked, each under keys of its own: equal texts in two of them have unequal masks.</summary>
public enum PiiField
{
    /// <summary>The client's address.</summary>
    Ip = 0,

    /// <summary>The device's identifier.</summary>
    DeviceId = 1,

    /// <summary>Who logged in. Masked only where <see cref="MaskingOptions.Fields"/> names it.</summary>
    UserId = 2,
}

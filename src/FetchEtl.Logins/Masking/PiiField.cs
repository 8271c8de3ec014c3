namespace FetchEtl.Logins;

/// <summary>The personal fields that are masked, each under a key of its own: equal texts in two of them have unequal masks.</summary>
public enum PiiField
{
    /// <summary>The client's address.</summary>
    Ip = 0,

    /// <summary>The device's identifier.</summary>
    DeviceId = 1,
}

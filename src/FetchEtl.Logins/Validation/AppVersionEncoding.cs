namespace FetchEtl.Logins;

/// <summary>How a version such as <c>2.3.0</c> becomes the table's integer.</summary>
public enum AppVersionEncoding
{
    /// <summary>
    /// <c>major·1 000 000 + minor·1 000 + patch</c>: 2.3.0 is 2003000. It sorts like the version, and different
    /// versions have different integers. Minor and patch are at most 999, major at most 2146.
    /// </summary>
    Ordered = 0,

    /// <summary>
    /// The digits without the dots: 2.3.0 is 230. Use it only for tables that are already filled that way: 0.26, 2.6
    /// and 0.2.6 all become 26, and 2.10 sorts before 2.9.1. The result must fit a 32-bit integer.
    /// </summary>
    Digits = 1,
}

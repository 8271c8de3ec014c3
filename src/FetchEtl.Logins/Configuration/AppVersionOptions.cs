namespace FetchEtl.Logins;

/// <summary>How versions become integers (<c>AppVersion</c>).</summary>
public sealed class AppVersionOptions
{
    /// <summary>
    /// The encoding (<c>AppVersion:Encoding</c>). Versions of two encodings in one table cannot be compared.
    /// </summary>
    /// <value><see cref="AppVersionEncoding.Ordered"/> by default.</value>
    public AppVersionEncoding Encoding { get; set; } = AppVersionEncoding.Ordered;
}

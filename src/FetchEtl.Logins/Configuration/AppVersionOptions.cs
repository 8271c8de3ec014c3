namespace FetchEtl.Logins;

/// <summary>How versions become integers (<c>AppVersion</c>).</summary>
public sealed class AppVersionOptions
{
    /// <summary>The encoding (<c>AppVersion:Encoding</c>). Never mix two in one table.</summary>
    /// <value><see cref="AppVersionEncoding.Ordered"/> by default.</value>
    public AppVersionEncoding Encoding { get; set; } = AppVersionEncoding.Ordered;
}

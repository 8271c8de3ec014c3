namespace FetchEtl.Service;

/// <summary>The <c>Service</c> section: the process itself.</summary>
internal sealed class ServiceSettings
{
    /// <summary>The section's name.</summary>
    public const string Section = "Service";

    /// <summary>
    /// How long the process may take to end after the first SIGTERM or Ctrl+C, 1 to 3,600 seconds. Default 25:
    /// Kubernetes kills after 30.
    /// </summary>
    public int ShutdownTimeoutSeconds { get; set; } = 25;

    /// <summary>
    /// Where <c>run</c> serves health checks, metrics and the status page: URLs such as <c>http://127.0.0.1:8080</c>,
    /// separated by semicolons. A port alone means <c>http://localhost</c>. Default: nowhere.
    /// </summary>
    public string? Urls { get; set; }

    /// <summary>
    /// The host names under which a proxy passes requests on, separated by semicolons. Addresses and localhost are
    /// always allowed. Default: only these on loopback, and any name elsewhere.
    /// </summary>
    public string? AllowedHosts { get; set; }

    /// <summary>
    /// The PEM file with the certificate for https URLs, and the certificates between it and its root.
    /// </summary>
    public string? CertificateFile { get; set; }

    /// <summary>The PEM file with the certificate's private key. Default: it is in the certificate's file.</summary>
    public string? CertificateKeyFile { get; set; }
}

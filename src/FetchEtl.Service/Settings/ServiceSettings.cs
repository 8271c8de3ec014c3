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
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FetchEtl.Service;

/// <summary>The certificate of https URLs.</summary>
internal static class ServerCertificate
{
    /// <summary>Finds why there is no certificate. Quotes no path.</summary>
    public static IEnumerable<string> Problems(ServiceSettings settings)
    {
        if (string.IsNullOrEmpty(settings.CertificateFile))
        {
            yield return "Service:CertificateFile must name a PEM file: Service:Urls has an https URL. Or use http on "
                + "a loopback address behind a proxy that speaks TLS.";
        }
        else if (!TryLoad(settings, out var problem))
        {
            yield return problem!;
        }
    }

    /// <summary>Reads the certificate with its key, and the certificates between it and its root.</summary>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Chain) Load(ServiceSettings settings)
    {
        var key = string.IsNullOrEmpty(settings.CertificateKeyFile) ? null : settings.CertificateKeyFile;
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(settings.CertificateFile!);
        return (X509Certificate2.CreateFromPemFile(settings.CertificateFile!, key), chain);
    }

    private static bool TryLoad(ServiceSettings settings, out string? problem)
    {
        try
        {
            Load(settings).Certificate.Dispose();
            problem = null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            problem = "Service:CertificateFile or Service:CertificateKeyFile cannot be read: check that the file "
                + "exists and that this user may read it.";
        }
        catch (CryptographicException)
        {
            problem = "Service:CertificateFile must hold a PEM certificate, and Service:CertificateKeyFile (or the "
                + "same file) its private key, not encrypted.";
        }

        return problem is null;
    }
}

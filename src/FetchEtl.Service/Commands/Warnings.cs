using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Service;

/// <summary>
/// Warnings of verbs on standard error: what works and puts data or keys at risk. Verbs that run a consumer log the
/// same (2021, 2022).
/// </summary>
internal static class Warnings
{
    /// <summary>Warns of a server on another machine whose certificate is not checked.</summary>
    public static void OfServer(string connectionString)
    {
        foreach (var host in ServerIdentity.FindUnverifiedHosts(connectionString))
        {
            Write(
                $"the identity of PostgreSQL at {host} is not checked: anybody on the way can read and change what is "
                + "sent. Remedy: SSL Mode=VerifyFull in ConnectionStrings:Logins, with Root Certificate for a private "
                + "authority");
        }
    }

    /// <summary>Warns of a file with a secret that every user of this machine can read.</summary>
    /// <param name="name">The setting or option that names the file.</param>
    /// <param name="path">The file.</param>
    public static void OfFile(string name, string path)
    {
        if (SecretFile.IsReadableByAll(path))
        {
            Write($"every user of this machine can read the file that {name} names. Remedy: chmod 600, or "
                + "defaultMode 0400 for a mounted secret");
        }
    }

    /// <summary>Warns of the files with masking keys.</summary>
    public static void OfKeyFiles(MaskingOptions masking)
    {
        for (var index = 0; index < masking.KeyFiles.Count; index++)
        {
            OfFile($"Masking:KeyFiles:{index}", masking.KeyFiles[index]);
        }
    }

    /// <summary>Writes a warning.</summary>
    /// <param name="text">A sentence without a full stop.</param>
    public static void Write(string text) => StandardError.WriteLine($"fetch-etl: warning: {text}.");
}

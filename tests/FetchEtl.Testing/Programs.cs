namespace FetchEtl.Testing;

/// <summary>Programs of this machine that tests need.</summary>
public static class Programs
{
    /// <summary>Finds a program on the path, or where Debian keeps servers.</summary>
    /// <returns>Its file; null where it is not installed.</returns>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
            .Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}

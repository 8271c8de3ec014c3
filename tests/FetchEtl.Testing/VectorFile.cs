using System.Text.Json;

namespace FetchEtl.Testing;

/// <summary>Published test vectors. The files lie beside the repository and are not part of it.</summary>
public static class VectorFile
{
    /// <summary>The path where the tests expect a file.</summary>
    /// <param name="name">The file's name.</param>
    public static string Location(string name) =>
        Path.GetFullPath(Path.Combine(RepositoryRoot.Folder, "..", "shared", "vectors", name));

    /// <summary>Reads a file.</summary>
    /// <param name="name">The file's name.</param>
    public static JsonElement Read(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Location(name)));
        return document.RootElement.Clone();
    }
}

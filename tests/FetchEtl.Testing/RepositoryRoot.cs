namespace FetchEtl.Testing;

/// <summary>Where the repository's files are, for tests that read them.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds FetchEtl.sln.</summary>
    public static string Folder { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FetchEtl.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds FetchEtl.sln.");
    }
}

namespace FetchEtl.Testing;

/// <summary>The folder of the repository, for tests that read its files.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that contains FetchEtl.sln.</summary>
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

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} contains FetchEtl.sln.");
    }
}

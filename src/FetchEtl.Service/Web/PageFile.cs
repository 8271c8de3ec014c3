namespace FetchEtl.Service;

/// <summary>The file of <c>--html</c>.</summary>
internal static class PageFile
{
    /// <summary>Refuses a file that cannot be written, before the work begins that it is for.</summary>
    /// <param name="file">The file; null where none is asked for.</param>
    /// <exception cref="UsageException">It is a folder, or its folder does not exist.</exception>
    public static void Check(string? file)
    {
        if (Directory.Exists(file))
        {
            throw new UsageException($"--html: {file} is a folder. Name a file.");
        }

        if (file is not null && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder
            && !Directory.Exists(folder))
        {
            throw new UsageException($"--html: the folder {folder} does not exist. Create it first.");
        }
    }
}

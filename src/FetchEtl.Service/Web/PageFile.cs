namespace FetchEtl.Service;

/// <summary>The file of <c>--html</c>.</summary>
internal static class PageFile
{
    /// <summary>Refuses a name that no file can have here, before the work begins whose page it gets.</summary>
    /// <param name="file">The file; null where none is asked for.</param>
    /// <exception cref="UsageException">It is empty or a folder, or its folder does not exist.</exception>
    public static void Check(string? file)
    {
        if (file is null)
        {
            return;
        }

        if (file.Length == 0)
        {
            throw new UsageException("--html must name a file.");
        }

        if (Directory.Exists(file))
        {
            throw new UsageException($"--html: {file} is a folder. Name a file.");
        }

        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
        {
            throw new UsageException($"--html: the folder {folder} does not exist. Create it first.");
        }
    }
}

namespace FetchEtl.Masking;

/// <summary>
/// Reads a file that a setting or an option names. Its errors quote neither the path nor the content: where a path is
/// expected, somebody may have put the secret itself.
/// </summary>
public static class SecretFile
{
    /// <summary>Reads the whole file as text.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The text, without a byte order mark.</returns>
    /// <exception cref="InvalidDataException">
    /// The file cannot be read. The message has no subject: it continues a sentence that begins with the setting's
    /// name, as in <c>names a file that does not exist</c>.
    /// </exception>
    public static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException("names a file that does not exist");
        }
        catch (UnauthorizedAccessException)
        {
            throw new InvalidDataException("names a folder, or a file that this process may not read");
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException("names something that cannot be read as a file");
        }
    }

    /// <summary>Whether every user of the machine can read the file, by its permission bits.</summary>
    /// <param name="path">The path; a symbolic link is followed.</param>
    /// <returns>False also where the path is empty, the file cannot be read, or the system has no such bits.</returns>
    public static bool IsReadableByAll(string path)
    {
        if (OperatingSystem.IsWindows() || string.IsNullOrEmpty(path))
        {
            return false;
        }

        try
        {
            using var file = File.OpenHandle(path);
            return File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

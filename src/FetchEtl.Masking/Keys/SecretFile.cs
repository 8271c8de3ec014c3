namespace FetchEtl.Logins;

/// <summary>Reads files that settings name, and tells what is wrong without quoting: where the path should be, somebody may have put the secret.</summary>
internal static class SecretFile
{
    /// <exception cref="InvalidDataException">It can't be read; the message goes on after the setting's name.</exception>
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
            throw new InvalidDataException("names what this process may not read, or a folder");
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException("names what can't be read as a file");
        }
    }
}

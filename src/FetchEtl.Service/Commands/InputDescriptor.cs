namespace FetchEtl.Service;

/// <summary>
/// Whether the caller closed standard input, as <c>&lt;&amp;-</c> does in a shell. .NET then gets its number for a
/// pipe of its own, from which a read never returns.
/// </summary>
internal static class InputDescriptor
{
    private const int AccessMode = 3;

    /// <returns>True only on Linux, which shows what the descriptors of a process are.</returns>
    public static bool IsClosed()
    {
        try
        {
            return OperatingSystem.IsLinux() && IsOwnPipe();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>A pipe whose writing end this process holds, too, is its own.</summary>
    private static bool IsOwnPipe()
    {
        var input = Target("/proc/self/fd/0");
        return input is null || (input.StartsWith("pipe:", StringComparison.Ordinal)
            && Directory.EnumerateFileSystemEntries("/proc/self/fd")
                .Where(entry => Path.GetFileName(entry) != "0" && Target(entry) == input)
                .Any(entry => IsWritable(Path.GetFileName(entry))));
    }

    private static string? Target(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name;
        }
        catch (IOException)
        {
            // It was closed meanwhile.
            return null;
        }
    }

    /// <summary>
    /// The flags are octal, and their last two bits say how the descriptor was opened; 0 is for reading.
    /// </summary>
    private static bool IsWritable(string descriptor)
    {
        var flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}")
            .FirstOrDefault(line => line.StartsWith("flags:", StringComparison.Ordinal))?["flags:".Length..].Trim();
        return flags is not null && (Convert.ToInt32(flags, 8) & AccessMode) != 0;
    }
}

namespace FetchEtl.Testing;

/// <summary>
/// The challenge's own 100 messages, one a line, which lie beside the repository and are not part of it.
/// Their values are personal data: assert on counts and field names, never print a line.
/// </summary>
public static class ChallengeFile
{
    /// <summary>Where the file is expected.</summary>
    public static string Location { get; } =
        Path.GetFullPath(Path.Combine(RepositoryRoot.Folder, "..", "shared", "challenge", "login-messages.jsonl"));

    /// <summary>Whether it is there.</summary>
    public static bool Exists => File.Exists(Location);
}

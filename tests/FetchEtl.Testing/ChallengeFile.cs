namespace FetchEtl.Testing;

/// <summary>
/// The 100 messages of the challenge, one on each line. The file lies beside the repository and is not part of it. Its
/// values are personal data: assert on counts and field names, and never print a line.
/// </summary>
public static class ChallengeFile
{
    /// <summary>The path where the tests expect the file.</summary>
    public static string Location { get; } =
        Path.GetFullPath(Path.Combine(RepositoryRoot.Folder, "..", "shared", "challenge", "login-messages.jsonl"));

    /// <summary>Whether the file exists.</summary>
    public static bool Exists => File.Exists(Location);
}

namespace FetchEtl.Service;

/// <summary>How <c>rekey</c> and <c>adopt</c> end.</summary>
internal static class MaintenanceVerb
{
    /// <summary>Prints what is left, if anything, and returns the exit code.</summary>
    public static async Task<int> EndAsync(IReadOnlyList<string> left)
    {
        foreach (var line in left)
        {
            await Console.Error.WriteLineAsync($"fetch-etl: {line}");
        }

        return left.Count == 0 ? Verb.Succeeded : Verb.LeftBehind;
    }

    public static Task<int> StoppedAsync(string verb) => EndAsync(
    [
        $"stopped before the end. The rows done so far are committed; run '{verb}' again to continue.",
    ]);
}

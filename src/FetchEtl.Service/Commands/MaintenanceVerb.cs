namespace FetchEtl.Service;

/// <summary>How the verbs that lift a table's masks end.</summary>
internal static class LiftVerb
{
    /// <summary>Tells what is left, if anything, and gives the exit code.</summary>
    public static async Task<int> EndAsync(IReadOnlyList<string> left)
    {
        foreach (var line in left)
        {
            await Console.Error.WriteLineAsync($"fetch-etl: {line}");
        }

        return left.Count == 0 ? Verb.Succeeded : Verb.LeftBehind;
    }

    public static Task<int> StoppedAsync(string verb) =>
        EndAsync([$"stopped before all was done. What is done stays, each row is whole, and '{verb}' goes on when it is started again."]);
}

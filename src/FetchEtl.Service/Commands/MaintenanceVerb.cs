namespace FetchEtl.Service;

/// <summary>How <c>rekey</c> and <c>adopt</c> end.</summary>
internal static class MaintenanceVerb
{
    /// <summary>Prints what is left, if anything, and returns the exit code.</summary>
    public static int End(IReadOnlyList<string> left)
    {
        foreach (var line in left)
        {
            StandardError.WriteLine($"fetch-etl: {line}");
        }

        return left.Count == 0 ? Verb.Succeeded : Verb.LeftBehind;
    }
}

namespace FetchEtl.Benchmarks;

/// <summary>Settings that log all that could be logged, so that a canary in it would show: each category that the service quietens by itself, too.</summary>
internal static class TraceLogging
{
    private static readonly string[] Categories =
    [
        "Default", "FetchEtl", "MassTransit", "Microsoft", "Microsoft.EntityFrameworkCore", "Microsoft.Extensions.Hosting.Internal.Host", "Npgsql", "System.Net.Http",
    ];

    /// <param name="settings">Gets them, named as environment variables are.</param>
    public static void AddTo(IDictionary<string, string> settings)
    {
        foreach (var category in Categories)
        {
            settings[$"Logging__LogLevel__{category}"] = "Trace";
        }
    }
}

namespace FetchEtl.Benchmarks;

/// <summary>
/// Settings that log every level of every category, so that a canary in any log line is found. They include the
/// categories whose level the service raises.
/// </summary>
internal static class TraceLogging
{
    private static readonly string[] Categories =
    [
        "Default",
        "FetchEtl",
        "MassTransit",
        "Microsoft",
        "Microsoft.EntityFrameworkCore",
        "Microsoft.Extensions.Hosting.Internal.Host",
        "Npgsql",
        "System.Net.Http",
    ];

    /// <summary>Adds the settings.</summary>
    /// <param name="settings">Receives the settings, named as environment variables.</param>
    public static void AddTo(IDictionary<string, string> settings)
    {
        foreach (var category in Categories)
        {
            settings[$"Logging__LogLevel__{category}"] = "Trace";
        }
    }
}

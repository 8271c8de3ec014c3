using System.Text.Json;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The dashboard of Grafana.</summary>
internal static class DashboardQueries
{
    public const string File = "deploy/grafana/dashboards/fetch-etl.json";

    /// <summary>The panels that show figures, without the rows that part them.</summary>
    public static IReadOnlyList<JsonElement> Panels { get; } =
    [
        .. JsonDocument.Parse(DeployFiles.Read(File)).RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.GetProperty("type").GetString() != "row"),
    ];

    /// <summary>The queries of all panels, in PromQL.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!),
    ];
}

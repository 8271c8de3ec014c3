using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace FetchEtl.Service;

/// <summary>The answer of a health check.</summary>
/// <param name="Status">
/// <c>live</c>, <c>ready</c>, <c>degraded</c>, <c>unready</c>, <c>starting</c> or <c>stopping</c>.
/// </param>
/// <param name="Checks">What was checked.</param>
internal sealed record HealthReport(string Status, IReadOnlyList<HealthCheckLine> Checks)
{
    /// <summary>Whether the service does its work: the status code is then 200.</summary>
    [JsonIgnore]
    public bool IsServing => Status is "live" or "ready" or "degraded";
}

/// <summary>One check of a <see cref="HealthReport"/>.</summary>
/// <param name="Name">What is checked.</param>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="Reason">Why, with the remedy where there is one. It quotes no message.</param>
internal sealed record HealthCheckLine(string Name, string Status, string Reason)
{
    /// <summary>Whether there is nothing to say.</summary>
    [JsonIgnore]
    public bool IsHealthy => Status == "healthy";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HealthReport))]
internal sealed partial class HealthJson : JsonSerializerContext
{
    /// <summary>Writes quotation marks as they are: the answer is no part of a page.</summary>
    public static HealthJson Plain { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

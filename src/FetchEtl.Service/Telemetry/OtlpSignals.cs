using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service;

/// <summary>
/// Which signals go out over OTLP, by OpenTelemetry's own variables. Where none is set nothing is exported, although
/// the exporter has a default endpoint: the service calls no host that its operator did not name.
/// </summary>
/// <param name="Metrics">Whether metrics do.</param>
/// <param name="Traces">Whether spans do.</param>
/// <param name="Logs">Whether log lines do.</param>
internal readonly record struct OtlpSignals(bool Metrics, bool Traces, bool Logs)
{
    /// <summary>Switches everything off, <c>/metrics</c> too.</summary>
    public static bool IsSdkDisabled(IConfiguration configuration) =>
        bool.TryParse(configuration["OTEL_SDK_DISABLED"], out var disabled) && disabled;

    /// <summary>Reads the variables, which the configuration holds.</summary>
    public static OtlpSignals Read(IConfiguration configuration)
    {
        return new OtlpSignals(IsOn("METRICS"), IsOn("TRACES"), IsOn("LOGS"));

        bool IsOn(string signal) => configuration[$"OTEL_{signal}_EXPORTER"] is { Length: > 0 } exporters
            ? exporters.Split(',', StringSplitOptions.TrimEntries).Contains("otlp", StringComparer.OrdinalIgnoreCase)
            : IsSet($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT") || IsSet("OTEL_EXPORTER_OTLP_ENDPOINT");

        bool IsSet(string variable) => !string.IsNullOrWhiteSpace(configuration[variable]);
    }
}

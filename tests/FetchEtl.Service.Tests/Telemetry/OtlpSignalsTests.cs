using Microsoft.Extensions.Configuration;

namespace FetchEtl.Service.Tests;

public sealed class OtlpSignalsTests
{
    [Theory]
    [InlineData("", false, false, false)]
    [InlineData("OTEL_SERVICE_NAME=x OTEL_EXPORTER_OTLP_PROTOCOL=grpc", false, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", true, true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://c/m", true, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c/t", false, true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://c/l", false, false, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_LOGS_EXPORTER=none", true, true, false)]
    [InlineData("OTEL_TRACES_EXPORTER=console,otlp", false, true, false)]
    public void OpenTelemetrys_variables_decide_what_is_exported(string variables, bool metrics, bool traces, bool logs)
    {
        Assert.Equal(new OtlpSignals(metrics, traces, logs), OtlpSignals.Read(Configuration(variables)));
    }

    [Theory]
    [InlineData("OTEL_SDK_DISABLED=TRUE", true)]
    [InlineData("OTEL_SDK_DISABLED=0", false)]
    [InlineData("", false)]
    public void OpenTelemetry_can_be_switched_off(string variables, bool isOff)
    {
        Assert.Equal(isOff, OtlpSignals.IsSdkDisabled(Configuration(variables)));
    }

    private static IConfiguration Configuration(string variables) => new ConfigurationBuilder()
        .AddInMemoryCollection(variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(x => KeyValuePair.Create(x.Split('=')[0], (string?)x.Split('=')[1])))
        .Build();
}

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FetchEtl.Logins;

/// <summary>Unhealthy while the writer cannot commit. The description holds the SQLSTATE and the remedy.</summary>
internal sealed class LoginWriterHealthCheck(WriterCircuit circuit) : IHealthCheck
{
    public const string Name = "login-writer";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        return Task.FromResult(circuit.Fault is { } fault
            ? HealthCheckResult.Unhealthy($"The writer cannot commit logins: {fault.SqlState}, {fault.Reason}")
            : HealthCheckResult.Healthy("The writer commits logins."));
    }
}

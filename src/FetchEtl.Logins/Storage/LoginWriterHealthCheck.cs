using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FetchEtl.Logins;

/// <summary>Unhealthy while the writer can't commit, saying what PostgreSQL said and what to do.</summary>
internal sealed class LoginWriterHealthCheck(WriterOutage outage) : IHealthCheck
{
    public const string Name = "login-writer";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        return Task.FromResult(outage.Fault is { } fault
            ? HealthCheckResult.Unhealthy($"Logins can't be written: {fault.SqlState}, {fault.Reason}")
            : HealthCheckResult.Healthy("Logins are being written."));
    }
}

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FetchEtl.Logins;

/// <summary>
/// Unhealthy while the writer cannot commit, degraded while refused rows wait. The description holds the SQLSTATE and
/// the remedy.
/// </summary>
internal sealed class LoginWriterHealthCheck(WriterCircuit circuit, HeldRefusals held) : IHealthCheck
{
    public const string Name = "login-writer";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (circuit.Fault is { } fault)
        {
            // Without an answer of PostgreSQL there is no SQLSTATE. The exception's name says nothing to an operator.
            var state = fault.SqlStateOnly is { } sqlState ? $"{sqlState}, " : string.Empty;
            return Task.FromResult(HealthCheckResult.Unhealthy(
                $"The writer cannot commit logins: {state}{fault.Reason}"));
        }

        return Task.FromResult(held.Description is { } description
            ? HealthCheckResult.Degraded(description)
            : HealthCheckResult.Healthy("The writer commits logins."));
    }
}

using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>Finds the problems of the <c>Service</c> section.</summary>
internal sealed class ServiceSettingsValidator : IValidateOptions<ServiceSettings>
{
    public ValidateOptionsResult Validate(string? name, ServiceSettings options) =>
        options.ShutdownTimeoutSeconds is < 1 or > 3600
            ? ValidateOptionsResult.Fail(
                $"Service:ShutdownTimeoutSeconds must be 1 to 3600 seconds, is {options.ShutdownTimeoutSeconds}.")
            : ValidateOptionsResult.Success;
}

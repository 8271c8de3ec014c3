using FetchEtl.Logins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>Finds the problems of the <c>Service</c> section.</summary>
internal sealed class ServiceSettingsValidator(IConfiguration configuration) : IValidateOptions<ServiceSettings>
{
    public ValidateOptionsResult Validate(string? name, ServiceSettings options)
    {
        var section = configuration.GetSection(ServiceSettings.Section);
        if (SettingsReader.Read(section, new ServiceSettings()) is { Count: > 0 } problems)
        {
            return ValidateOptionsResult.Fail(problems);
        }

        return options.ShutdownTimeoutSeconds is < 1 or > 3600
            ? ValidateOptionsResult.Fail("Service:ShutdownTimeoutSeconds must be 1 to 3600 seconds.")
            : ValidateOptionsResult.Success;
    }
}

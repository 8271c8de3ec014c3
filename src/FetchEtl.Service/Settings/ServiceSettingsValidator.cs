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

        List<string> found = [.. ListenUrls.Problems(options)];
        if (options.ShutdownTimeoutSeconds is < 1 or > 3600)
        {
            found.Insert(0, "Service:ShutdownTimeoutSeconds must be 1 to 3600 seconds.");
        }

        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }
}

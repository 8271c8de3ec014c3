using FetchEtl.Logins;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>
/// Puts the masking keys that a host's settings name in AWS into its options, before they are validated.
/// </summary>
/// <param name="configuration">The host's settings.</param>
/// <param name="cancellationToken">Stops a wait for AWS.</param>
internal sealed class NamedKeys(IConfiguration configuration, CancellationToken cancellationToken)
    : IPostConfigureOptions<LoginsOptions>
{
    /// <exception cref="OptionsValidationException">AWS did not return a key.</exception>
    public void PostConfigure(string? name, LoginsOptions options)
    {
        if (KeyReferences.Of(configuration).Resolve(options.Masking, cancellationToken) is { Count: > 0 } problems)
        {
            throw new OptionsValidationException(name ?? Options.DefaultName, typeof(LoginsOptions), problems);
        }
    }
}

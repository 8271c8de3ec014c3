using FetchEtl.Logins;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

internal static class HostApplicationBuilderExtensions
{
    /// <summary>Builds the host and validates all its settings, with the masking keys that AWS decrypts.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="cancellationToken">Stops a wait for AWS.</param>
    /// <exception cref="OptionsValidationException">Settings of one section are invalid.</exception>
    /// <exception cref="AggregateException">Settings of several sections are invalid.</exception>
    public static IHost BuildValidated(
        this HostApplicationBuilder builder, CancellationToken cancellationToken = default)
    {
        // Behind all other changes of the options, so that keys which a verb replaces are not asked for.
        builder.Services.AddSingleton<IPostConfigureOptions<LoginsOptions>>(
            new NamedKeys(builder.Configuration, cancellationToken));
        var host = builder.Build();
        try
        {
            host.Services.GetRequiredService<IStartupValidator>().Validate();
            return host;
        }
        catch
        {
            // Its console logger has a thread.
            host.Dispose();
            throw;
        }
    }
}

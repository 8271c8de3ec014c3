using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

internal static class HostApplicationBuilderExtensions
{
    /// <summary>Builds the host and validates all its settings.</summary>
    /// <exception cref="OptionsValidationException">Settings of one section are invalid.</exception>
    /// <exception cref="AggregateException">Settings of several sections are invalid.</exception>
    public static IHost BuildValidated(this HostApplicationBuilder builder)
    {
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

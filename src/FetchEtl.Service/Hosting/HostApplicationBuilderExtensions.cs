using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

internal static class HostApplicationBuilderExtensions
{
    /// <summary>Builds the host and checks all its settings before anything is asked of it.</summary>
    /// <exception cref="OptionsValidationException">Settings of one section are bad.</exception>
    /// <exception cref="AggregateException">Settings of several sections are bad.</exception>
    public static IHost BuildValidated(this HostApplicationBuilder builder)
    {
        var host = builder.Build();
        host.Services.GetRequiredService<IStartupValidator>().Validate();

        return host;
    }
}

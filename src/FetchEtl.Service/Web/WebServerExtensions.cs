using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace FetchEtl.Service;

internal static class WebServerExtensions
{
    /// <summary>Adds the web server. Call it before what is to start after it.</summary>
    public static void AddWebServer(this HostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddRouting();
        services.TryAddSingleton(new DiagnosticListener("Microsoft.AspNetCore"));
        services.TryAddSingleton<DiagnosticSource>(x => x.GetRequiredService<DiagnosticListener>());
        services.AddSingleton<Readiness>();
        services.AddSingleton<WebEndpoints>();
        services.AddSingleton<WebServer>();
        services.AddHostedService(x => x.GetRequiredService<WebServer>());
    }
}

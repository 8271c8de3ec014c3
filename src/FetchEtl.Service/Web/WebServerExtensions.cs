using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

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
        AddKestrelServices(services);
        services.AddSingleton<RecentFaults>();
        services.AddSingleton<ILoggerProvider>(x => x.GetRequiredService<RecentFaults>());

        // The end of a fault is a line of information. It must arrive whatever the console shows.
        builder.Logging.AddFilter<RecentFaults>("FetchEtl", LogLevel.Information);
        services.AddSingleton<StatusHistory>();
        services.AddSingleton<StatusSampler>();
        services.AddSingleton<StatusReader>();
        services.AddSingleton<StatusPage>();
        services.AddSingleton<EventStreams>();
        services.AddSingleton<WebEndpoints>();
        services.AddSingleton<WebServer>();
        services.AddHostedService(x => x.GetRequiredService<WebServer>());
        services.AddHostedService(x => x.GetRequiredService<StatusSampler>());
    }

    /// <summary>
    /// Adds what https takes from the services: types that are Kestrel's own, so only a web host can register them.
    /// </summary>
    private static void AddKestrelServices(IServiceCollection services)
    {
        var web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        web.WebHost.UseKestrelCore();
        services.TryAdd(web.Services.Where(x => x.ServiceType.Assembly == typeof(KestrelServer).Assembly));
    }
}

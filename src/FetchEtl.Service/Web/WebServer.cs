using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>
/// Serves health checks, metrics and the status page on <c>Service:Urls</c>. It starts before the bus and stops after
/// it, so it answers while SQS or PostgreSQL is away, and during the stop.
/// </summary>
internal sealed class WebServer(
    IServiceProvider services,
    IOptions<ServiceSettings> settings,
    WebEndpoints endpoints,
    EventStreams streams,
    ILoggerFactory loggers,
    ILogger<WebServer> logger) : IHostedService, IDisposable
{
    private readonly TaskCompletionSource<IReadOnlyCollection<string>> _listening =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private KestrelServer? _server;

    /// <summary>Where it listens, as soon as it does.</summary>
    public Task<IReadOnlyCollection<string>> Listening => _listening.Task;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var urls = ListenUrls.Read(settings.Value.Urls);
        var options = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = services };
        options.Limits.MaxConcurrentConnections = 128;
        options.Limits.MaxRequestBodySize = 0;
        foreach (var url in urls)
        {
            Listen(options, url);
        }

        // Kestrel alone, in the host that is there: the other part of the web host would be a second host.
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        _server = new KestrelServer(Options.Create(options), transport, loggers);
        try
        {
            await _server.StartAsync(new WebRequests(endpoints.Build(services), services), cancellationToken);
        }
        catch (Exception exception) when (Problem(exception, settings.Value.Urls) is { } problem)
        {
            throw new UsageException([problem]);
        }

        IReadOnlyCollection<string> addresses =
            [.. _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses];
        Log.Listening(logger, string.Join(", ", addresses));
        _listening.SetResult(addresses);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        streams.End();
        await (_server?.StopAsync(cancellationToken) ?? Task.CompletedTask);
    }

    public void Dispose() => _server?.Dispose();

    private void Listen(KestrelServerOptions options, ListenUrl url)
    {
        switch (url.Address)
        {
            case { } address:
                options.Listen(address, url.Port, Configure);
                break;
            case null when url.Host == "*":
                options.ListenAnyIP(url.Port, Configure);
                break;
            default:
                options.ListenLocalhost(url.Port, Configure);
                break;
        }

        void Configure(ListenOptions listen)
        {
            if (url.IsHttps)
            {
                var (certificate, chain) = ServerCertificate.Load(settings.Value);
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = certificate,
                    ServerCertificateChain = chain,
                });
            }
        }
    }

    /// <summary>Turns a failure to listen into one line with the remedy.</summary>
    private static string? Problem(Exception exception, string? urls) => exception switch
    {
        IOException { InnerException: AddressInUseException } =>
            $"Service:Urls ({urls}) names a port that another process uses: stop that process, or choose another port.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            "Service:Urls names a port that this user may not open: choose one of 1024 or more.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            "Service:Urls names an IP address that this machine does not have: choose one that it has, or * for all.",
        SocketException or IOException => $"Service:Urls cannot be listened on: {exception.Message}",
        _ => null,
    };
}

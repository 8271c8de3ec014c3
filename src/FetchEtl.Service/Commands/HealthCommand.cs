using System.CommandLine;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using FetchEtl.Logins;

namespace FetchEtl.Service;

/// <summary>
/// Asks the <c>run</c> of this machine for its health. The container image has no shell and no curl, so its health
/// check is the program itself.
/// </summary>
internal static class HealthCommand
{
    /// <summary>The health checks of containers give up after some seconds, too.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private static readonly Option<bool> Live = new("--live")
    {
        Description = "Ask only whether it runs, not whether it can move logins.",
    };

    public static Command Create() => Verb.Create(
        "health",
        "Asks the run that listens on Service:Urls of this machine for its health. Exit code 1: it is not healthy.",
        RunAsync,
        Live).WithExamples("fetch-etl health --Service:Urls=http://127.0.0.1:8080");

    private static async Task<int> RunAsync(ParseResult parsed, string[] settings, CancellationToken cancellationToken)
    {
        var service = new ServiceSettings();
        var section = ServiceHost.Create(settings).Configuration.GetSection(ServiceSettings.Section);
        string[] problems = [.. SettingsReader.Read(section, service), .. ListenUrls.Problems(service)];
        if (problems.Length > 0)
        {
            throw new UsageException(problems);
        }

        if (ListenUrls.Read(service.Urls) is not [var url, ..])
        {
            throw new UsageException(["Service:Urls is not set, so run listens nowhere: set it for both."]);
        }

        // The certificate names the machine, and not the loopback address. It must be the one of the settings.
        using X509Certificate2? own = url.IsHttps ? ServerCertificate.Load(service).Certificate : null;
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) =>
            own is not null && presented?.GetCertHashString() == own.Thumbprint;
        using var client = new HttpClient(handler) { Timeout = Limit };
        try
        {
            var target = new Uri(AddressOf(url), parsed.GetValue(Live) ? "/health/live" : "/health/ready");
            using var response = await client.GetAsync(target, cancellationToken);
            Console.WriteLine(await response.Content.ReadAsStringAsync(cancellationToken));
            return response.IsSuccessStatusCode ? Verb.Succeeded : Verb.Failed;
        }
        catch (Exception exception) when (exception is HttpRequestException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Verb.Fail([$"Nothing answers on {url}: run is not there, or does not listen on Service:Urls."]);
        }
    }

    /// <summary>Where to reach an address that is listened on: one of all addresses is the loopback address.</summary>
    internal static Uri AddressOf(ListenUrl url)
    {
        var address = url switch
        {
            { Address: null, Host: "*" } => IPAddress.Loopback,
            { Address: { } any } when any.Equals(IPAddress.Any) => IPAddress.Loopback,
            { Address: { } any } when any.Equals(IPAddress.IPv6Any) => IPAddress.IPv6Loopback,
            _ => url.Address,
        };
        return new UriBuilder(url.IsHttps ? "https" : "http", address?.ToString() ?? url.Host, url.Port).Uri;
    }
}

using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Service.Tests;

/// <summary>The web server over https, with a certificate that the test makes.</summary>
public sealed class HttpsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fetch-etl-https-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_health_check_over_https_shows_the_certificate_of_the_settings(bool hasKeyFile)
    {
        using var certificate = Create();
        var (file, key) = Write(certificate, hasKeyFile);
        using var stop = new CancellationTokenSource();
        using var host = ServiceHost.CreateRun(
        [
            "--Service:Urls=https://127.0.0.1:0", $"--Service:CertificateFile={file}",
            $"--Service:CertificateKeyFile={key}", "--Sqs:ServiceUrl=http://127.0.0.1:1",
            "--ConnectionStrings:Logins=Host=127.0.0.1;Port=1;Database=logins;Username=etl",
            $"--Masking:Keys:0={TestKeys.First}", "--Logging:LogLevel:Default=None",
        ]).BuildValidated();
        var starting = host.StartAsync(stop.Token);
        var url = (await host.Services.GetRequiredService<WebServer>().Listening.WaitAsync(TimeSpan.FromMinutes(1)))
            .Single();
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { certificate },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        using var http = new HttpClient(handler);

        using var live = await http.GetAsync(new Uri($"{url}/health/live"));

        Assert.StartsWith("https://127.0.0.1:", url);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        await stop.CancelAsync();
        await starting.ContinueWith(static _ => { }, TaskScheduler.Default);
        await host.StopAsync();
    }

    private static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256)
        {
            CertificateExtensions = { names.Build() },
        };
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private (string File, string KeyFile) Write(X509Certificate2 certificate, bool hasKeyFile)
    {
        var file = Path.Combine(_folder.FullName, "certificate.pem");
        var keyFile = Path.Combine(_folder.FullName, "key.pem");
        using var key = certificate.GetECDsaPrivateKey()!;
        var text = key.ExportPkcs8PrivateKeyPem();
        File.WriteAllText(file, certificate.ExportCertificatePem() + (hasKeyFile ? string.Empty : $"\n{text}"));
        File.WriteAllText(keyFile, text);
        return (file, hasKeyFile ? keyFile : string.Empty);
    }
}

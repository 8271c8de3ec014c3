using System.Net;

namespace FetchEtl.Service.Tests;

public sealed class ListenUrlsTests
{
    [Theory]
    [InlineData("8080", "http://localhost:8080")]
    [InlineData("http://127.0.0.1:8080/", "http://127.0.0.1:8080")]
    [InlineData("HTTP://[::1]:0", "http://[::1]:0")]
    [InlineData("http://+:80; http://localhost:81", "http://*:80 http://localhost:81")]
    [InlineData("", "")]
    public void A_URL_is_read_and_only_loopback_has_a_short_form(string urls, string read)
    {
        Assert.Equal(read, string.Join(' ', ListenUrls.Read(urls)));
        Assert.Empty(ListenUrls.Problems(new ServiceSettings { Urls = urls }));
    }

    [Theory]
    [InlineData("127.0.0.1:8080")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://127.0.0.1:8080/status")]
    [InlineData("http://user:canary@127.0.0.1:8080")]
    [InlineData("ftp://127.0.0.1:8080")]
    [InlineData("http://fetch-etl.example:8080")]
    [InlineData("http://127.0.0.1:65536")]
    [InlineData("http://*:0")]
    [InlineData("https://127.0.0.1:8443")]
    public void A_URL_that_cannot_be_meant_is_refused_with_its_key_and_not_quoted(string urls)
    {
        var problem = Assert.Single(ListenUrls.Problems(new ServiceSettings { Urls = urls }));

        Assert.StartsWith("Service:", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_file_that_does_not_exist_or_holds_no_key_is_refused_without_its_path()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "FetchEtl.Service.Tests.dll");
        foreach (var path in new[] { "/canary/missing.pem", file })
        {
            var problem = Assert.Single(ListenUrls.Problems(
                new ServiceSettings { Urls = "https://*:8443", CertificateFile = path }));

            Assert.StartsWith("Service:CertificateFile ", problem, StringComparison.Ordinal);
            Assert.DoesNotContain(path, problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Allowed_hosts_are_names_without_scheme_and_port()
    {
        Assert.Empty(ListenUrls.Problems(new ServiceSettings { AllowedHosts = "etl.example.com; other" }));
        Assert.Single(ListenUrls.Problems(new ServiceSettings { AllowedHosts = "https://etl.example.com" }));
    }

    [Fact]
    public void An_address_is_kept_as_one() =>
        Assert.Equal(IPAddress.IPv6Loopback, ListenUrls.Read("http://[::1]:8080").Single().Address);
}

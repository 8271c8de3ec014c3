using System.Net;
using Microsoft.AspNetCore.Http;

namespace FetchEtl.Service.Tests;

public sealed class WebCallersTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1:8080", "", true)]
    [InlineData("127.0.0.1", "localhost:8080", "", true)]
    [InlineData("127.0.0.1", "a.localhost", "", true)]
    [InlineData("127.0.0.1", "", "", true)]
    [InlineData("127.0.0.1", "rebound.example:8080", "", false)]
    [InlineData("::1", "rebound.example", "", false)]
    [InlineData("127.0.0.1", "etl.example", "etl.example", true)]
    [InlineData("10.0.0.5", "fetch-etl:8080", "", true)]
    [InlineData("10.0.0.5", "10.0.0.5:8080", "etl.example", true)]
    [InlineData("10.0.0.5", "ETL.example", "etl.example", true)]
    [InlineData("10.0.0.5", "rebound.example", "etl.example", false)]
    public void A_name_must_be_known_on_loopback_and_where_names_are_listed(
        string local, string host, string allowed, bool isServed)
    {
        var context = Request(local, host);

        Assert.Equal(isServed, new WebCallers(ListenUrls.Split(allowed)).Refusal(context) is null);
    }

    [Theory]
    [InlineData("cross-site", "cors", false)]
    [InlineData("cross-site", "navigate", true)]
    [InlineData("same-origin", "cors", true)]
    [InlineData("none", "navigate", true)]
    public void A_page_of_another_site_may_link_and_not_read(string site, string mode, bool isServed)
    {
        var context = Request("127.0.0.1", "localhost");
        context.Request.Headers["Sec-Fetch-Site"] = site;
        context.Request.Headers["Sec-Fetch-Mode"] = mode;

        Assert.Equal(isServed, new WebCallers([]).Refusal(context) is null);
    }

    private static DefaultHttpContext Request(string local, string host)
    {
        var context = new DefaultHttpContext();
        context.Connection.LocalIpAddress = IPAddress.Parse(local);
        context.Request.Host = new HostString(host);
        return context;
    }
}

using System.Net;
using Microsoft.AspNetCore.Http;

namespace FetchEtl.Service;

/// <summary>
/// Keeps web pages of other sites out: a page can let a name of its own resolve to an address of this machine (DNS
/// rebinding), and then read what is served there.
/// </summary>
/// <param name="allowed">The names of <c>Service:AllowedHosts</c>.</param>
internal sealed class WebCallers(IReadOnlyCollection<string> allowed)
{
    /// <returns>Why the request is refused; null when it is not.</returns>
    public string? Refusal(HttpContext context)
    {
        var (host, local) = (context.Request.Host.Host.Trim('[', ']'), context.Connection.LocalIpAddress);

        // A socket for all addresses shows 127.0.0.0/8 as IPv6.
        var isLoopback = local is null || IPAddress.IsLoopback(local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local);
        var isOpen = allowed.Count == 0 && !isLoopback;
        if (host.Length > 0 && !isOpen && !IsKnown(host))
        {
            return "The Host header names another machine. Service:AllowedHosts names the hosts that a proxy may pass.";
        }

        return context.Request.Headers["Sec-Fetch-Site"] == "cross-site"
            && context.Request.Headers["Sec-Fetch-Mode"] != "navigate"
                ? "The request comes from a web page of another site."
                : null;
    }

    /// <summary>An address cannot be rebound: only names can.</summary>
    private bool IsKnown(string host) =>
        IPAddress.TryParse(host, out _)
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || allowed.Contains(host, StringComparer.OrdinalIgnoreCase);
}

using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace FetchEtl.Local;

/// <summary>
/// Distinguishes programs of this machine from web pages that use its browser. The server checks no credentials, so a
/// page of another site could otherwise send and delete messages: by a form or a script with a simple content type, or
/// under a name of its own that it lets resolve to 127.0.0.1 (DNS rebinding).
/// </summary>
internal static class LocalCallers
{
    /// <exception cref="ApiException">The request comes from a page of another site, or names another host.</exception>
    public static void ThrowIfForeign(HttpRequest request)
    {
        if (request.Host.HasValue && !IsLocal(request.Host.Host))
        {
            throw ApiError.AccessDenied.With(
                "The Host header names another machine. This server answers requests to localhost, a name that ends in "
                + ".localhost, or a loopback address.");
        }

        var origin = request.Headers.Origin;
        if (origin.Count > 0 ? !IsLocalOrigin(origin) : request.Headers["Sec-Fetch-Site"] == "cross-site")
        {
            throw ApiError.AccessDenied.With(
                "The request comes from a web page of another site. This server answers programs of this machine, and "
                + "pages that localhost serves.");
        }
    }

    private static bool IsLocalOrigin(StringValues origin) =>
        Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var page) && IsLocal(page.Host);

    private static bool IsLocal(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}

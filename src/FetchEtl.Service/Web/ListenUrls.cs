using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace FetchEtl.Service;

/// <summary>
/// Reads <c>Service:Urls</c>. Only loopback has a short form, so nothing listens to other machines by accident.
/// </summary>
internal static partial class ListenUrls
{
    private const string Form =
        "Service:Urls must be URLs such as http://127.0.0.1:8080, separated by semicolons, each with a port and "
        + "without a path. A port alone, as in 8080, means http://localhost:8080.";

    /// <returns>The URLs; empty where nothing is to listen.</returns>
    public static IReadOnlyList<ListenUrl> Read(string? urls) => [.. Split(urls).Select(Parse).OfType<ListenUrl>()];

    /// <summary>Finds what is wrong with the settings of the web server. No problem quotes a value.</summary>
    public static IEnumerable<string> Problems(ServiceSettings settings)
    {
        var urls = Split(settings.Urls).Select(Parse).ToList();
        if (urls.Contains(null))
        {
            yield return Form;
        }

        if (urls.Any(url => url is { Host: not ("localhost" or "*"), Address: null }))
        {
            yield return "Service:Urls has a name for a host, which would listen on all addresses: write localhost, an "
                + "IP address of this machine, or * for all of them.";
        }

        if (urls.Any(url => url is { Port: < 0 or > 65535 } or { Host: not null, Address: null, Port: 0 }))
        {
            yield return "Service:Urls must have ports of 1 to 65535. Port 0, any free port, needs an IP address.";
        }

        if (urls.Any(url => url is { IsHttps: true }))
        {
            foreach (var problem in ServerCertificate.Problems(settings))
            {
                yield return problem;
            }
        }

        if (Split(settings.AllowedHosts).Any(host => Uri.CheckHostName(host) == UriHostNameType.Unknown))
        {
            yield return "Service:AllowedHosts must be host names without scheme and port, separated by semicolons.";
        }
    }

    /// <summary>Splits a setting at its semicolons.</summary>
    public static string[] Split(string? values) => (values ?? string.Empty)
        .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static ListenUrl? Parse(string text)
    {
        if (Port().IsMatch(text))
        {
            return new ListenUrl(IsHttps: false, "localhost", null, Number(text));
        }

        var url = Url().Match(text);
        if (!url.Success)
        {
            return null;
        }

        var host = url.Groups["host"].Value is "+" ? "*" : url.Groups["host"].Value.ToLowerInvariant();
        var address = IPAddress.TryParse(host.Trim('[', ']'), out var parsed) ? parsed : null;
        var isHttps = url.Groups["scheme"].Value.Equals("https", StringComparison.OrdinalIgnoreCase);
        return new ListenUrl(isHttps, host, address, Number(url.Groups["port"].Value));
    }

    private static int Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : -1;

    [GeneratedRegex(@"^\d+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Port();

    [GeneratedRegex(
        @"^(?<scheme>https?)://(?<host>\[[0-9a-f:.]+\]|[^/:\[\]@?#\s]+):(?<port>\d+)/?$",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Url();
}

/// <summary>An address to listen on.</summary>
/// <param name="IsHttps">Whether it speaks TLS.</param>
/// <param name="Host">As written: <c>localhost</c>, an IP address, or <c>*</c> for all addresses.</param>
/// <param name="Address">The IP address; null for the two names.</param>
/// <param name="Port">The port; 0 for any that is free.</param>
internal sealed record ListenUrl(bool IsHttps, string Host, IPAddress? Address, int Port)
{
    public override string ToString() => $"{(IsHttps ? "https" : "http")}://{Host}:{Port}";
}

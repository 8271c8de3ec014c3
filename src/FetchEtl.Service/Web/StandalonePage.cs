using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace FetchEtl.Service;

/// <summary>
/// A report as one HTML file: no script, no other file, and a policy that allows only the page's own style.
/// </summary>
internal static class StandalonePage
{
    /// <summary>The page up to the begin of its content, which ends with <c>&lt;/main&gt;</c>.</summary>
    /// <param name="styleSheet">The embedded file of the style.</param>
    /// <param name="title">The title, as text.</param>
    /// <param name="heading">The first heading, as text.</param>
    /// <param name="subject">What the page is about, as text.</param>
    public static string Begin(string styleSheet, string title, string heading, string subject)
    {
        var style = StatusPage.Style(styleSheet);
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        return
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{hash}'">
            <meta name="referrer" content="no-referrer">
            <title>{Text(title)}</title>
            <style>{style}</style>
            </head>
            <body>
            <header>
            <h1>{Text(heading)}</h1>
            <p>{Text(subject)}</p>
            </header>
            <main>

            """;
    }

    /// <summary>A time as the pages show it, in UTC.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A text in HTML, without control characters.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(PrintableText.Of(text));
}

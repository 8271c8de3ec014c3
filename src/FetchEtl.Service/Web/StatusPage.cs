using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using FetchEtl.Logins;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>Serves the status page with the values of the moment, and its style and script.</summary>
internal sealed partial class StatusPage(
    StatusReader reader,
    IOptions<ServiceSettings> service,
    IOptions<SqsSettings> sqs,
    IOptions<LoginsOptions> logins,
    StoredMasksVerifier table)
{
    private readonly string _template = Resource("status.html");

    /// <summary>Writes the page.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        var page = Render(
            _template,
            await reader.ReadAsync(),
            ShownSettings.Of(service.Value, sqs.Value, logins.Value, table.Settings));
        await WriteAsync(context, "text/html; charset=utf-8", page);
    }

    /// <summary>Serves the page's style.</summary>
    public static RequestDelegate Style() => Serve(Style("status.css"), "text/css; charset=utf-8");

    /// <summary>Serves the page's script.</summary>
    public static RequestDelegate Script() => Serve(Resource("status.js"), "text/javascript; charset=utf-8");

    /// <summary>Reads the style of a page: the common one, and the page's own rules.</summary>
    public static string Style(string name) => Resource("theme.css") + Resource(name);

    /// <summary>Fills the template. Every value is encoded.</summary>
    public static string Render(
        string template, StatusView view, IReadOnlyList<KeyValuePair<string, string>> settings)
    {
        var rows = new Dictionary<string, IReadOnlyList<IReadOnlyList<StatusCell>>>(view.Rows, StringComparer.Ordinal)
        {
            ["settings"] = [.. settings.Select(x => (IReadOnlyList<StatusCell>)[new(x.Key), new(x.Value)])],
        };
        return Place().Replace(template, place =>
        {
            var name = place.Groups["name"].Value;
            return rows.TryGetValue(name, out var table) ? Rows(table) : WebUtility.HtmlEncode(view.Texts[name]);
        });
    }

    private static RequestDelegate Serve(string text, string contentType) =>
        context => WriteAsync(context, contentType, text);

    private static string Resource(string name)
    {
        using var stream = typeof(StatusPage).Assembly.GetManifestResourceStream(name)!;
        using var text = new StreamReader(stream);
        return text.ReadToEnd();
    }

    private static string Rows(IReadOnlyList<IReadOnlyList<StatusCell>> rows)
    {
        var html = new StringBuilder();
        foreach (var row in rows)
        {
            html.Append("<tr>");
            foreach (var cell in row)
            {
                html.Append("<td");
                html.Append(cell.Kind is null ? string.Empty : $" class=\"{WebUtility.HtmlEncode(cell.Kind)}\"");
                html.Append(cell.Span is null ? string.Empty : $" colspan=\"{cell.Span}\"");
                html.Append('>').Append(WebUtility.HtmlEncode(cell.Text)).Append("</td>");
            }

            html.Append("</tr>");
        }

        return html.ToString();
    }

    private static Task WriteAsync(HttpContext context, string contentType, string text)
    {
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();
}

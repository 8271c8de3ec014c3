using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>What the web server answers, and the headers that all answers have.</summary>
internal sealed class WebEndpoints(
    Readiness readiness, StatusPage page, EventStreams streams, IOptions<ServiceSettings> settings)
{
    private static readonly KeyValuePair<string, string>[] Headers =
    [
        new("Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
            + "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
        new("X-Content-Type-Options", "nosniff"),
        new("Referrer-Policy", "no-referrer"),
        new("Cross-Origin-Resource-Policy", "same-origin"),
        new("Cache-Control", "no-store"),
    ];

    private readonly WebCallers _callers = new(ListenUrls.Split(settings.Value.AllowedHosts));

    /// <summary>Builds the pipeline of requests.</summary>
    public RequestDelegate Build(IServiceProvider services)
    {
        var app = new ApplicationBuilder(services);
        app.Use(next => context => GuardAsync(context, next));
        app.UseRouting();
        app.UseEndpoints(Map);
        return app.Build();
    }

    private void Map(IEndpointRouteBuilder routes)
    {
        Get(routes, "/", page.WriteAsync);
        Get(routes, "/status.css", StatusPage.Style());
        Get(routes, "/status.js", StatusPage.Script());

        // No HEAD: its answer would have no body, and no end.
        routes.MapGet("/events", streams.ServeAsync);
        routes.MapMetrics();
        Get(routes, "/health/live", context => WriteAsync(context, new HealthReport("live", [])));
        Get(routes, "/health/ready", async context => await WriteAsync(context, await readiness.ReadAsync()));
    }

    private static void Get(IEndpointRouteBuilder routes, string path, RequestDelegate handler) =>
        routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], handler);

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.StatusCode = report.IsServing
            ? StatusCodes.Status200OK
            : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(
            report, HealthJson.Plain.HealthReport, cancellationToken: context.RequestAborted);
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        foreach (var (name, value) in Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (_callers.Refusal(context) is { } refusal)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync(refusal, context.RequestAborted);
            return;
        }

        await next(context);
    }
}

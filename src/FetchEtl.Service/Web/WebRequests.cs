using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Service;

/// <summary>Hands the requests that Kestrel reads to the endpoints.</summary>
internal sealed class WebRequests(RequestDelegate endpoints, IServiceProvider services) : IHttpApplication<HttpContext>
{
    private readonly IServiceScopeFactory _scopes = services.GetRequiredService<IServiceScopeFactory>();

    public HttpContext CreateContext(IFeatureCollection contextFeatures) =>
        new DefaultHttpContext(contextFeatures) { ServiceScopeFactory = _scopes };

    public Task ProcessRequestAsync(HttpContext context) => endpoints(context);

    public void DisposeContext(HttpContext context, Exception? exception) =>
        ((DefaultHttpContext)context).Uninitialize();
}

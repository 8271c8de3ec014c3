using FetchEtl.Logins;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>The library's services over the table, with checked settings, and without a queue.</summary>
internal sealed class LiftHost : IDisposable
{
    private readonly IHost _host;

    /// <exception cref="OptionsValidationException">The settings are bad.</exception>
    /// <exception cref="UsageException">The settings choose a method without keys.</exception>
    public LiftHost(string[] settings)
    {
        var builder = ServiceHost.Create(settings);
        builder.Services.AddLogins(builder.Configuration);
        _host = builder.BuildValidated();
        Masker = Get<IPiiMasker>() as HmacPiiMasker ?? throw new UsageException(
            $"Masking:Method is {Options.Method}, whose masks have no key to lift them to: choose Hmac, with Masking:Keys.");
    }

    public MaskingOptions Options => Get<IOptions<LoginsOptions>>().Value.Masking;

    public HmacPiiMasker Masker { get; }

    public IDbContextFactory<LoginDbContext> Contexts => Get<IDbContextFactory<LoginDbContext>>();

    public MaskingCheck Check => Get<MaskingCheck>();

    public TimeProvider Time => Get<TimeProvider>();

    public void Dispose() => _host.Dispose();

    private T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();
}

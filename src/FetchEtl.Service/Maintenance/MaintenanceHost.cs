using FetchEtl.Logins;
using FetchEtl.Masking;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>
/// The services over the database, with valid settings and without a queue, for <c>rekey</c> and <c>adopt</c>.
/// </summary>
internal sealed class MaintenanceHost : IDisposable
{
    private readonly IHost _host;

    /// <exception cref="OptionsValidationException">The settings are invalid.</exception>
    /// <exception cref="UsageException">The settings choose a method without keys.</exception>
    public MaintenanceHost(string[] settings, CancellationToken cancellationToken = default)
    {
        var builder = ServiceHost.Create(settings);
        builder.Services.AddLogins(builder.Configuration);
        _host = builder.BuildValidated(cancellationToken);
        Masker = Get<IPiiMasker>() as KeyedPiiMasker ?? throw new UsageException(
            $"Masking:Method is {Options.Method}, whose masks have no key: choose Hmac, with Masking:Keys.");

        // The consumer's host logs these when it starts; this one is never started.
        Warnings.OfServer(Get<IOptions<LoginsOptions>>().Value.ConnectionString!);
        Warnings.OfKeyFiles(Options);
    }

    public MaskingOptions Options => Get<IOptions<LoginsOptions>>().Value.Masking;

    public KeyedPiiMasker Masker { get; }

    public LoginDataSource Source => Get<LoginDataSource>();

    public StoredMasksVerifier Verifier => Get<StoredMasksVerifier>();

    public TimeProvider Time => Get<TimeProvider>();

    /// <summary>Reads what the table says of its rows, and writes nothing.</summary>
    public async Task<TableSettings> ReadTableAsync(CancellationToken cancellationToken)
    {
        await using var database = Source.Create();
        return await Verifier.ReadSettingsAsync(database, cancellationToken);
    }

    public void Dispose() => _host.Dispose();

    private T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();
}

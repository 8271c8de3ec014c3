using Amazon.Runtime;
using Amazon.SQS;
using FetchEtl.Logins;
using FetchEtl.Sqs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>
/// The settings and services of the other verbs, each by itself, so that a broken one hides no other.
/// </summary>
internal sealed class DoctorHost : IDisposable
{
    // Only the SDK's pipeline shows the headers of a reply.
    private const string DirectCalls = "Sqs:DirectCalls";

    private readonly IHost _host;
    private readonly UnknownKeys _unknown;

    /// <param name="settings">The settings of the command line.</param>
    /// <param name="overrides">Settings that win over all others, for tests.</param>
    public DoctorHost(string[] settings, Dictionary<string, string?>? overrides = null)
    {
        var builder = ServiceHost.CreateUnchecked(
            settings, new Dictionary<string, string?>(overrides ?? []) { [DirectCalls] = "false" });
        Configuration = builder.Configuration;
        builder.Services.AddLogins(builder.Configuration);
        _unknown = new UnknownKeys(new SqsSettingsValidator(Configuration));
        builder.Services.RemoveAll<IValidateOptions<SqsSettings>>();
        builder.Services.AddSingleton<IValidateOptions<SqsSettings>>(_unknown);

        builder.Services.AddSingleton<IPostConfigureOptions<LoginsOptions>>(
            new NamedKeys(builder.Configuration, CancellationToken.None));

        // The report says what the services would log.
        builder.Logging.ClearProviders();
        _host = builder.Build();
    }

    public IConfiguration Configuration { get; }

    /// <summary>The settings of a section, or its problems.</summary>
    public (T? Settings, IReadOnlyList<string> Problems) Read<T>()
        where T : class
    {
        try
        {
            return (_host.Services.GetRequiredService<IOptions<T>>().Value, []);
        }
        catch (OptionsValidationException invalid)
        {
            return (null, [.. invalid.Failures]);
        }
    }

    /// <summary>The settings of the queue, also with problems where these are of unknown keys only.</summary>
    public (SqsSettings? Settings, IReadOnlyList<string> Problems) ReadSqs()
    {
        var (settings, problems) = Read<SqsSettings>();
        return (settings, [.. _unknown.Problems, .. problems]);
    }

    /// <summary>Creates the client of SQS.</summary>
    /// <exception cref="SqsSettingsException">The settings cannot work.</exception>
    /// <exception cref="AmazonClientException">AWS's own settings cannot be read.</exception>
    public IAmazonSQS CreateClient() => _host.Services.GetRequiredService<IAmazonSQS>();

    /// <summary>The options of the client, which name the identity that signs.</summary>
    public SqsClientOptions ClientOptions()
    {
        var options = new SqsClientOptions();
        ServiceHost.Apply(_host.Services, options);
        return options;
    }

    public void Dispose() => _host.Dispose();
}

using Amazon.SQS;
using FetchEtl.Masking;
using FetchEtl.Sqs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace FetchEtl.Service;

/// <summary>What the verbs on dead letters work with: SQS and the masking keys. No database.</summary>
internal sealed class DeadHost : IDisposable
{
    private readonly IHost _host;

    private DeadHost(IHost host, MaskingOptions masking, IReadOnlyList<byte[]> keys)
    {
        _host = host;
        Masking = masking;
        HasKeys = keys.Count > 0;
        Redrive = new DeadLetterRedrive(Settings.QueueName, keys, Time);
        Calls = new LetterCalls(Client, Time, new Random());
    }

    public TimeProvider Time => _host.Services.GetRequiredService<TimeProvider>();

    public IAmazonSQS Client => _host.Services.GetRequiredService<IAmazonSQS>();

    public SqsSettings Settings => _host.Services.GetRequiredService<IOptions<SqsSettings>>().Value;

    public MaskingOptions Masking { get; }

    public bool HasKeys { get; }

    public DeadLetterRedrive Redrive { get; }

    public LetterCalls Calls { get; }

    /// <summary>Reads the settings.</summary>
    /// <param name="settings">As given on the command line.</param>
    /// <param name="needsKeys">Whether the verb cannot do without keys.</param>
    /// <param name="cancellationToken">Stops a wait for AWS.</param>
    /// <exception cref="OptionsValidationException">Settings are invalid.</exception>
    /// <exception cref="MaskingRefusedException">A key is invalid.</exception>
    /// <exception cref="UsageException">The keys are missing.</exception>
    public static DeadHost Create(string[] settings, bool needsKeys, CancellationToken cancellationToken)
    {
        var builder = ServiceHost.Create(settings);
        var masking = new MaskingOptions();
        builder.Configuration.ReadMaskingOnly(masking, cancellationToken);
        if (needsKeys && !masking.HasKeys && masking.Method == MaskingMethod.Hmac)
        {
            // A new key would sign identities that no worker believes.
            throw new UsageException(
                "Masking:Keys or Masking:KeyFiles must hold the service's own keys, which mask, and prove identities. "
                + "A new key would be wrong here.");
        }

        var keys = masking.HasKeys ? IdentityKeys.Derive(masking) : [];
        return new DeadHost(builder.BuildValidated(cancellationToken), masking, keys);
    }

    /// <inheritdoc cref="LetterQueue.FindAsync"/>
    public Task<LetterQueue> FindQueueAsync(CancellationToken cancellationToken) =>
        LetterQueue.FindAsync(Client, Settings.DeadLetterQueue, cancellationToken);

    public void Dispose() => _host.Dispose();
}

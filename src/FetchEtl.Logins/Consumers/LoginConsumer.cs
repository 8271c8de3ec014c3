using MassTransit;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>
/// Validates a login, masks it and waits until its row is committed. An invalid login faults with an
/// <see cref="InvalidLoginException"/> that names every reason.
/// </summary>
/// <remarks>
/// <para>
/// The identity of the row is <see cref="MessageContext.MessageId"/>, or what
/// <see cref="LoginsOptions.MessageIdentity"/> returns: a message that is delivered again adds no row. Where there is
/// neither, each delivery gets a new id, and the row is written at least once.
/// </para>
/// <para>
/// The consumer has no state. <c>AddLogins</c> registers it as a singleton, and MassTransit's <c>AddConsumer</c> keeps
/// that registration, so no message pays for a consumer of its own.
/// </para>
/// </remarks>
public sealed class LoginConsumer : IConsumer<LoginMessage>
{
    /// <summary>
    /// The most that a producer's clock may be ahead. On a broker the producer sets the sent time, and each date of a
    /// partitioned table needs a partition.
    /// </summary>
    private static readonly TimeSpan MostAhead = TimeSpan.FromDays(1);

    private readonly LoginWriter _writer;
    private readonly IPiiMasker _masker;
    private readonly KeyedPiiMasker? _keyed;
    private readonly TimeProvider _time;
    private readonly LoginMetrics _metrics;
    private readonly LoginsOptions _options;

    /// <summary>Called by the service provider.</summary>
    /// <param name="writer">Commits the rows.</param>
    /// <param name="masker">Masks the personal fields.</param>
    /// <param name="options">
    /// Decide what identifies a message, how versions are encoded, and whether there is a vault.
    /// </param>
    /// <param name="time">Dates messages whose transport does not report when they were sent.</param>
    /// <param name="metrics">Counts keys that the contract does not know.</param>
    public LoginConsumer(
        LoginWriter writer,
        IPiiMasker masker,
        IOptions<LoginsOptions> options,
        TimeProvider time,
        LoginMetrics metrics)
    {
        ArgumentNullException.ThrowIfNull(options);
        _writer = writer;
        _masker = masker;
        _keyed = masker as KeyedPiiMasker;
        _time = time;
        _metrics = metrics;
        _options = options.Value;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidLoginException">The message is not a valid login.</exception>
    /// <exception cref="LoginRejectedException">
    /// PostgreSQL refuses the row, and its own values explain why.
    /// </exception>
    /// <exception cref="LoginDeferredException">
    /// PostgreSQL repeatedly refuses the row for another reason, and accepts others.
    /// </exception>
    /// <exception cref="LoginWriterStoppedException">The writer was disposed before the commit was known.</exception>
    public Task Consume(ConsumeContext<LoginMessage> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var message = context.Message;
        if (message.UnknownKeys > 0)
        {
            _metrics.UnknownKeys(message.UnknownKeys);
        }

        var problems = LoginValidator.Validate(message, _options.AppVersion.Encoding, out var appVersion, _keyed);
        if (problems.Count > 0)
        {
            throw new InvalidLoginException(problems);
        }

        var now = _time.GetUtcNow().UtcDateTime;
        var sent = _options.MessageSentTime?.Invoke(context)?.UtcDateTime ?? context.SentTime;
        if (sent - now > MostAhead)
        {
            sent = null;
        }

        var createDate = DateOnly.FromDateTime(sent ?? now);
        var login = new ReceivedLogin(
            message, _masker, appVersion, createDate, IdentityOf(context), _options.Masking.HasVault);
        return _writer.WriteAsync(login, sent, context.CancellationToken);
    }

    /// <summary>An empty id identifies nothing: two such messages would become one row.</summary>
    private Guid IdentityOf(ConsumeContext context)
    {
        if (_options.MessageIdentity?.Invoke(context) is { } own && own != Guid.Empty)
        {
            return own;
        }

        return context.MessageId is { } given && given != Guid.Empty ? given : NewId.NextGuid();
    }
}

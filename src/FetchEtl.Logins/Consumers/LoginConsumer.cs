using MassTransit;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>
/// Validates a login, masks it and waits until its row is committed. What is no login faults with an
/// <see cref="InvalidLoginException"/> that names every reason.
/// </summary>
/// <remarks>
/// The row's identity is <see cref="MessageContext.MessageId"/>: delivered again, the same message adds no row. Where
/// neither producer nor transport gives one, one is made for each delivery and the row is written at least once.
/// </remarks>
public sealed class LoginConsumer : IConsumer<LoginMessage>
{
    private readonly LoginWriter _writer;
    private readonly IPiiMasker _masker;
    private readonly TimeProvider _time;
    private readonly AppVersionEncoding _encoding;
    private readonly bool _masksUserId;
    private readonly bool _seals;

    /// <summary>Made by the container.</summary>
    /// <param name="writer">Takes the rows.</param>
    /// <param name="masker">Masks the personal fields.</param>
    /// <param name="options">Says how versions are encoded, whether user ids are masked, and whether there is a vault.</param>
    /// <param name="time">Dates messages whose transport does not say when they were sent.</param>
    public LoginConsumer(LoginWriter writer, IPiiMasker masker, IOptions<LoginsOptions> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _writer = writer;
        _masker = masker;
        _time = time;
        _encoding = options.Value.AppVersion.Encoding;
        _masksUserId = PiiFields.Of(options.Value.Masking).Contains(PiiField.UserId);
        _seals = options.Value.Masking.HasVault;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidLoginException">The message is no login.</exception>
    /// <exception cref="LoginRejectedException">PostgreSQL refuses the row for its data.</exception>
    public Task Consume(ConsumeContext<LoginMessage> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var message = context.Message;
        var problems = LoginValidator.Validate(message, _encoding, out var appVersion);
        if (problems.Count > 0)
        {
            throw new InvalidLoginException(problems);
        }

        List<VaultValue>? values = _seals ? [] : null;
        var login = new UserLogin
        {
            UserId = _masksUserId ? Mask(PiiField.UserId, message.UserId) : message.UserId!.Value.Reveal(),
            DeviceType = message.DeviceType,
            MaskedIp = Mask(PiiField.Ip, message.Ip),
            MaskedDeviceId = Mask(PiiField.DeviceId, message.DeviceId),
            Locale = message.Locale,
            AppVersion = appVersion,
            CreateDate = DateOnly.FromDateTime(context.SentTime ?? _time.GetUtcNow().UtcDateTime),
            // An empty id is no id: two such messages would count as one.
            MessageId = context.MessageId is { } id && id != Guid.Empty ? id : NewId.NextGuid(),
        };
        return _writer.WriteAsync(login, values ?? (IReadOnlyList<VaultValue>)[], context.CancellationToken);

        string? Mask(PiiField field, PersonalText? value)
        {
            var mask = _masker.Mask(field, value);
            if (mask is not null)
            {
                values?.Add(new VaultValue(field, mask, value!.Value));
            }

            return mask;
        }
    }
}

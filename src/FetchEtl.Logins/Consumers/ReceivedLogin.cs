namespace FetchEtl.Logins;

/// <summary>A valid login as received, which becomes a row under the table's settings.</summary>
/// <param name="message">The message.</param>
/// <param name="masker">Masks the personal fields.</param>
/// <param name="appVersion">The encoded version.</param>
/// <param name="createDate">The UTC date on which the message was sent.</param>
/// <param name="messageId">The message's id.</param>
/// <param name="seals">Whether there is a vault.</param>
internal sealed class ReceivedLogin(
    LoginMessage message, IPiiMasker masker, int appVersion, DateOnly createDate, Guid messageId, bool seals)
    : ILoginSource
{
    public Guid? MessageId => messageId;

    public UserLogin Unformed => new() { MessageId = messageId };

    public (UserLogin Login, IReadOnlyList<VaultValue> Values) Under(TableSettings settings)
    {
        List<VaultValue>? values = seals ? [] : null;
        short? maskGeneration = null;
        var login = new UserLogin
        {
            UserId = settings.Masks(PiiField.UserId)
                ? Mask(PiiField.UserId, message.UserId)
                : message.UserId!.Value.Reveal(),
            DeviceType = message.DeviceType,
            MaskedIp = Mask(PiiField.Ip, message.Ip),
            MaskedDeviceId = Mask(PiiField.DeviceId, message.DeviceId),
            Locale = message.Locale,
            AppVersion = appVersion,
            CreateDate = createDate,
            MessageId = settings.StoredId(messageId),
            MaskGeneration = maskGeneration,
        };
        return (login, values ?? (IReadOnlyList<VaultValue>)[]);

        string? Mask(PiiField field, PersonalText? value)
        {
            var mask = masker.Mask(field, value);
            if (mask is not null && masker is KeyedPiiMasker keyed && keyed.MethodOf(field).IsLookAlike())
            {
                // The masking key turns it back, so a second copy in the vault would have no use.
                maskGeneration = (short)keyed.Generation;
            }
            else if (mask is not null)
            {
                values?.Add(new VaultValue(field, mask, value!.Value));
            }

            return mask;
        }
    }
}

namespace FetchEtl.Logins;

/// <summary>A row that an application built itself. Only its message id takes the table's form.</summary>
/// <param name="login">The row, with the message's id as received.</param>
/// <param name="values">The values behind its masks.</param>
internal sealed class GivenLogin(UserLogin login, IReadOnlyList<VaultValue> values) : ILoginSource
{
    public Guid? MessageId => login.MessageId;

    public UserLogin Unformed => login;

    public (UserLogin Login, IReadOnlyList<VaultValue> Values) Under(TableSettings settings) =>
        login.MessageId is { } id && settings.StoredId(id) is var stored && stored != id
            ? (With(stored), values)
            : (login, values);

    private UserLogin With(Guid stored) => new()
    {
        UserId = login.UserId,
        DeviceType = login.DeviceType,
        MaskedIp = login.MaskedIp,
        MaskedDeviceId = login.MaskedDeviceId,
        Locale = login.Locale,
        AppVersion = login.AppVersion,
        CreateDate = login.CreateDate,
        MessageId = stored,
        MaskGeneration = login.MaskGeneration,
    };
}

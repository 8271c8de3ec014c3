using FetchEtl.Logins;
using FetchEtl.Masking;

namespace FetchEtl.Benchmarks;

/// <summary>
/// Maps a login to its row: it masks the personal fields and encodes the version, but validates nothing.
/// </summary>
internal static class BareMapping
{
    public static UserLogin ToRow(LoginMessage login, IPiiMasker masker, DateOnly sent, Guid messageId)
    {
        AppVersion.TryEncode(login.AppVersion, AppVersionEncoding.Ordered, out var version);
        return new UserLogin
        {
            UserId = masker.Mask(PiiField.UserId, login.UserId),
            DeviceType = login.DeviceType,
            MaskedIp = masker.Mask(PiiField.Ip, login.Ip),
            MaskedDeviceId = masker.Mask(PiiField.DeviceId, login.DeviceId),
            Locale = login.Locale,
            AppVersion = version,
            CreateDate = sent,
            MessageId = messageId,
        };
    }
}

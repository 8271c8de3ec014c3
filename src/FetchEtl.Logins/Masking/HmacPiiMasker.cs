using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace FetchEtl.Logins;

/// <summary>
/// Masks by HMAC-SHA-256 under secret keys. The recipe, for other programs that must get the same masks:
/// <list type="number">
/// <item>Subkeys: HKDF-SHA-256 (RFC 5869) of the decoded key, no salt, 32 bytes, <c>info</c> as named below in ASCII.</item>
/// <item>Generation 1: HMAC of the value in UTF-8, under info <c>fetchetl/mask/v1/device_id</c>,
/// <c>fetchetl/mask/v1/ip</c> for an IP address in canonical text (dotted quad, also for IPv4-mapped IPv6, else eight
/// groups of four lower-case hex digits), or <c>fetchetl/mask/v1/ip-text</c> for an ip field that holds no address.</item>
/// <item>Generation n: HMAC of generation n-1's 32 raw bytes, under key n and info <c>fetchetl/mask/v1/layer/ip</c> or
/// <c>fetchetl/mask/v1/layer/device_id</c>.</item>
/// <item>The mask: n, a colon, the last layer's 64 lower-case hex digits.</item>
/// </list>
/// </summary>
/// <remarks>
/// A new key adds a layer over the old masks instead of replacing them, so rows can be lifted to it without their raw values.
/// </remarks>
public sealed class HmacPiiMasker : IPiiMasker
{
    private readonly MaskKey _ipKey;
    private readonly MaskKey _ipTextKey;
    private readonly MaskKey _deviceIdKey;
    private readonly MaskKey[] _ipLayers;
    private readonly MaskKey[] _deviceIdLayers;
    private readonly string _prefix;

    /// <summary>Derives the subkeys.</summary>
    /// <param name="options">The keys, one a generation.</param>
    /// <exception cref="OptionsValidationException">
    /// There is no key, or one that is none; see <see cref="MaskingOptions.Keys"/>. The check is registered by <c>AddLogins</c>.
    /// </exception>
    public HmacPiiMasker(IOptions<LoginsOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var keys = options.Value.Masking.Keys.Select(Convert.FromBase64String).ToArray();
        _ipKey = new MaskKey(keys[0], "ip");
        _ipTextKey = new MaskKey(keys[0], "ip-text");
        _deviceIdKey = new MaskKey(keys[0], "device_id");
        _ipLayers = [.. keys.Skip(1).Select(key => new MaskKey(key, "layer/ip"))];
        _deviceIdLayers = [.. keys.Skip(1).Select(key => new MaskKey(key, "layer/device_id"))];
        _prefix = $"{keys.Length}:";
    }

    /// <inheritdoc/>
    public string? Mask(PiiField field, PersonalText? value)
    {
        var text = value?.Reveal();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return field switch
        {
            PiiField.Ip => CanonicalIp.TryFormat(text, out var canonical)
                ? Mask(canonical, _ipKey, _ipLayers)
                : Mask(text, _ipTextKey, _ipLayers),
            PiiField.DeviceId => Mask(text, _deviceIdKey, _deviceIdLayers),
            _ => throw new ArgumentOutOfRangeException(nameof(field), field, "is not a field that is masked"),
        };
    }

    private string Mask(string text, MaskKey key, MaskKey[] layers)
    {
        const int stackLimit = 1024;
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        var utf8 = size <= stackLimit ? stackalloc byte[stackLimit] : new byte[size];

        Span<byte> mask = stackalloc byte[HMACSHA256.HashSizeInBytes];
        key.Hash(utf8[..Encoding.UTF8.GetBytes(text, utf8)], mask);
        foreach (var layer in layers)
        {
            layer.Hash(mask, mask);
        }

        Span<char> hex = stackalloc char[2 * HMACSHA256.HashSizeInBytes];
        Convert.TryToHexStringLower(mask, hex, out _);
        return string.Concat(_prefix, hex);
    }
}

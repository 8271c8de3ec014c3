using System.Text.Json;
using FetchEtl.Testing;

namespace FetchEtl.Masking.Tests;

/// <summary>
/// <c>masks.json</c>: values and their masks, by every method, layer and field. They hold for all versions: where one
/// must be changed, tables in use can no longer be compared with what is written to them. They were computed without
/// this code, by Python's hmac and hashlib:
/// <code>
/// def mac(key, data): return hmac.new(key, data, hashlib.sha256).digest() def subkey(key, purpose): return
/// mac(mac(bytes(32), key), b'fetchetl/mask/v1/' + purpose + b'\x01') def weak(value): return hashlib.sha256((value +
/// salt).encode()).digest()          # without the salt for Sha256 m1 = mac(subkey(k1, b'ip'),
/// ipaddress.ip_address(value).exploded.encode())        # mapped IPv4 as the IPv4 address m1 = mac(subkey(k1,
/// b'ip-text'), value.encode())                                  # where that is no address m1 = mac(subkey(k1,
/// b'device_id'), value.encode())                                # and user_id likewise m1 = mac(subkey(k1,
/// b'former/ip'), weak(value))                                   # with a former method, for all fields m2 =
/// mac(subkey(k2, b'layer/ip'), m1)                                             # and m3 likewise check = mac(subkey(k,
/// b'check'), b'').hex()[:16]                                  # of weak('') in generation 1 with a former method
/// </code>
/// </summary>
internal sealed record PinnedMasks(string[] Keys, string Salt, PinnedMasks.Case[] Masks, PinnedMasks.KeyCheck[] Checks)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static PinnedMasks Read()
    {
        var path = Path.Combine(RepositoryRoot.Folder, "tests", "FetchEtl.Masking.Tests", "masks.json");
        return JsonSerializer.Deserialize<PinnedMasks>(File.ReadAllText(path), Json)!;
    }

    /// <summary>The settings that a case was computed with.</summary>
    public MaskingOptions Options(string method, string? former, int generations)
    {
        var parsed = Enum.Parse<MaskingMethod>(method);
        var options = new MaskingOptions { AllowWeak = true };
        if (parsed.IsLookAlike())
        {
            options.Methods.Add(PiiFields.All.Single(x => MaskingMethods.Of(x).Contains(parsed)).Name(), parsed);
        }
        else
        {
            options.Method = parsed;
        }

        options.Former = former is null ? null : Enum.Parse<MaskingMethod>(former);
        options.Salt = options.UsesSalt ? Salt : null;
        foreach (var key in options.Method == MaskingMethod.Hmac ? Keys[..generations] : [])
        {
            options.Keys.Add(key);
        }

        return options;
    }

    /// <param name="Method">The method.</param>
    /// <param name="Former">The former method, if any.</param>
    /// <param name="Field">The field's name in settings.</param>
    /// <param name="Value">The raw value.</param>
    /// <param name="Masks">The masks under one key, two keys and three; one mask where the method has no keys.</param>
    internal sealed record Case(string Method, string? Former, string Field, string Value, string[] Masks);

    internal sealed record KeyCheck(string? Former, int Generation, string Check);
}

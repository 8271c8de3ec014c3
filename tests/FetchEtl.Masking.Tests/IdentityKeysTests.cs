using System.Security.Cryptography;

namespace FetchEtl.Masking.Tests;

public sealed class IdentityKeysTests
{
    private static readonly string[] Keys = [Key(1), Key(2)];

    [Fact]
    public void Each_generation_has_the_subkey_of_the_documented_recipe()
    {
        var keys = IdentityKeys.Derive(Options(Keys));

        Assert.Equal(Keys.Select(Expected), keys);
    }

    [Fact]
    public void A_new_generation_leaves_the_subkeys_of_the_older_ones_as_they_are() =>
        Assert.Equal(IdentityKeys.Derive(Options(Keys))[0], Assert.Single(IdentityKeys.Derive(Options(Keys[0]))));

    [Fact]
    public void A_method_without_keys_has_none() =>
        Assert.Empty(IdentityKeys.Derive(new MaskingOptions { Method = MaskingMethod.Sha256, AllowWeak = true }));

    [Fact]
    public void Without_the_key_that_the_method_needs_nothing_is_derived() =>
        Assert.Throws<MaskingRefusedException>(() => IdentityKeys.Derive(new MaskingOptions()));

    private static string Key(byte first) =>
        Convert.ToBase64String(SHA256.HashData([first]));

    private static MaskingOptions Options(params string[] keys)
    {
        var options = new MaskingOptions();
        foreach (var key in keys)
        {
            options.Keys.Add(key);
        }

        return options;
    }

    /// <summary>RFC 5869 by its two steps; one block is enough for 32 bytes.</summary>
    private static byte[] Expected(string key)
    {
        var pseudorandom = HMACSHA256.HashData(new byte[32], Convert.FromBase64String(key));
        byte[] firstBlock = [.. "fetchetl/mask/v1/message-identity"u8, 1];
        return HMACSHA256.HashData(pseudorandom, firstBlock);
    }
}

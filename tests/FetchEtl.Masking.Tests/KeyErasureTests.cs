using FetchEtl.Testing;

namespace FetchEtl.Masking.Tests;

/// <summary>Keys that are only read are overwritten, and references to AWS are no keys here.</summary>
public sealed class KeyErasureTests
{
    [Fact]
    public void Erased_keys_are_zeros()
    {
        var keys = MaskingKeys.Read(
            new MaskingOptions { Keys = { TestKeys.First, TestKeys.Second } }, "Masking", Assert.Fail);
        Assert.Equal(TestKeys.First, Convert.ToBase64String(keys[0]));

        MaskingKeys.Erase(keys);

        Assert.All(keys, key => Assert.All(key, value => Assert.Equal(0, value)));
    }

    [Fact]
    public void Validating_and_deriving_identities_leaves_the_options_usable()
    {
        var options = new MaskingOptions { Keys = { TestKeys.First } };

        Assert.Empty(options.Validate());
        var first = IdentityKeys.Derive(options);
        var second = IdentityKeys.Derive(options);

        Assert.Equal(first, second);
        Assert.Contains(first[0], value => value != 0);
    }

    [Theory]
    [InlineData("kms:Y2lwaGVydGV4dA==")]
    [InlineData("ssm:/fetch-etl/masking-key")]
    [InlineData(" kms:Y2lwaGVydGV4dA==")]
    public void A_library_user_who_leaves_a_reference_to_AWS_is_told_to_decrypt_it(string text)
    {
        var problem = Assert.Single(new MaskingOptions { Keys = { text } }.Validate());

        Assert.Equal(
            "Masking:Keys:0 names a key in AWS, which only the program fetch-etl asks for: set the key's base64 text "
            + "here.",
            problem);
    }
}

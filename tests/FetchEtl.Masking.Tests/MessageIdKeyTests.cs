using FetchEtl.Testing;

namespace FetchEtl.Masking.Tests;

public sealed class MessageIdKeyTests
{
    private readonly MessageIdKey _key = new(new MaskingOptions { Keys = { TestKeys.First } });

    /// <summary>The expected ids were computed by Python's hmac, hashlib and uuid.</summary>
    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000", "9d6ec200-3258-83a3-b3f4-22438ed6c293")]
    [InlineData("0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff", "00c3b921-d96f-80b0-ba00-51d1e5bc1b20")]
    public void A_keyed_id_is_the_UUID_of_version_8_that_other_programs_compute(string id, string expected)
    {
        var keyed = _key.Of(Guid.Parse(id));

        Assert.Equal(Guid.Parse(expected), keyed);
        Assert.True(MessageIdKey.IsKeyed(keyed));
        Assert.False(MessageIdKey.IsKeyed(Guid.Parse(id)));
    }

    [Fact]
    public void A_rotation_changes_no_id_and_another_first_key_changes_all()
    {
        var id = Guid.NewGuid();

        Assert.Equal(
            _key.Of(id), new MessageIdKey(new MaskingOptions { Keys = { TestKeys.First, TestKeys.Second } }).Of(id));
        Assert.NotEqual(_key.Of(id), new MessageIdKey(new MaskingOptions { Keys = { TestKeys.Second } }).Of(id));
    }

    [Fact]
    public void Keyed_ids_need_a_method_with_keys()
    {
        var options = new MaskingOptions
        {
            Method = MaskingMethod.Sha256,
            AllowWeak = true,
            MessageIds = MessageIds.Keyed,
        };

        Assert.StartsWith(
            "Masking:MessageIds is Keyed, but", Assert.Single(options.Validate()), StringComparison.Ordinal);
    }
}

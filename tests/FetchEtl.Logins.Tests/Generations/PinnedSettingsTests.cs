namespace FetchEtl.Logins.Tests;

/// <summary>The text of pinned settings: one for each value, and nothing else is read.</summary>
public sealed class PinnedSettingsTests
{
    private const string Text =
        "v1;fields=ip,device_id,user_id;ip=Hmac;device_id=Hmac;user_id=Hmac;versions=Ordered;message_ids=Keyed;" +
        "vault=none";

    [Fact]
    public void A_new_table_has_this_text()
    {
        var settings = PinnedSettings.Of(new LoginsOptions(), PiiFields.All, MessageIdForm.Keyed, vaultKey: null);

        Assert.Equal(Text, settings.ToString());
    }

    [Theory]
    [InlineData(Text)]
    [InlineData(
        "v1;fields=ip,device_id;ip=Sha256;device_id=Hmac;user_id=Hmac;versions=Digits;message_ids=Moving;vault=" +
        "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1")]
    public void A_text_is_read_and_written_again(string text)
    {
        Assert.True(PinnedSettings.TryParse(text, out var settings));
        Assert.Equal(text, settings.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(Text + ";more=1")]
    [InlineData(Text + " ")]
    public void Any_other_text_is_refused(string? text) => Assert.False(PinnedSettings.TryParse(text, out _));

    [Theory]
    [InlineData("fields=ip,device_id", "fields=device_id,ip")]
    [InlineData("fields=ip,device_id", "fields=ip,device_id,name")]
    [InlineData(";ip=Hmac", ";ip=hmac")]
    [InlineData(";ip=Hmac", ";ip=0")]
    [InlineData("vault=none", "vault=a1")]
    [InlineData("versions=Ordered", "versions=Other")]
    [InlineData("message_ids=Keyed", "message_ids=2")]
    [InlineData("v1", "v2")]
    public void A_second_text_for_a_value_and_a_later_version_are_refused(string part, string other) =>
        Assert.False(PinnedSettings.TryParse(Text.Replace(part, other, StringComparison.Ordinal), out _));
}

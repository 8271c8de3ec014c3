using FetchEtl.Maintenance;
using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

public sealed class SubjectLettersTests
{
    [Theory]
    [InlineData("unknown", true)]
    [InlineData("UNKNOWN", false)]
    [InlineData("192.0.2.1", true)]
    [InlineData("192.0.2.2", false)]
    public void A_letter_that_is_dead_because_its_address_has_no_look_alike_is_found(string ip, bool isTheirs)
    {
        var masker = new KeyedPiiMasker(new MaskingOptions
        {
            Keys = { TestKeys.First, TestKeys.Second },
            Methods = { ["ip"] = MaskingMethod.IpCryptPfx },
        });
        var subject = new Subject(
            masker,
            PiiField.Ip,
            [new PersonalText("unknown"), new PersonalText("::ffff:192.0.2.1")]);

        Assert.Equal(isTheirs, SubjectLetters.IsOf(subject, $$"""{"user_id":"u","ip":"{{ip}}"}"""));
        Assert.False(SubjectLetters.IsOf(subject, $$"""{"user_id":"{{ip}}"}"""));
    }
}

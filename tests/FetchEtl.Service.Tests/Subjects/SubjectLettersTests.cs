using System.Text.Json;
using FetchEtl.Maintenance;
using FetchEtl.Masking;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

public sealed class SubjectLettersTests
{
    private const string Login = """{"user_id":"u","ip":"192.0.2.1"}""";

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

    public static TheoryData<string> Wrapped { get; } =
    [
        Wrappers.Sns(Login), Wrappers.Event(Login), Wrappers.Sns(Wrappers.Event(Login)),
        Wrappers.Event(Wrappers.Sns(Login)), Wrappers.Sns($$"""{"messageType":["m"],"message":{{Login}}}"""),
        $$"""{"Type":"Notification","Message":{{JsonSerializer.Serialize(Login)}},"own":1}""",
        $$"""{"detail-type":"x","source":"y","detail":{{Login}},"own":1}""",
    ];

    /// <summary>Whatever Sqs:Unwrap was when the letter died.</summary>
    [Theory]
    [MemberData(nameof(Wrapped))]
    public void A_login_in_a_wrapper_is_found(string body)
    {
        var masker = new KeyedPiiMasker(new MaskingOptions { Keys = { TestKeys.First } });

        Assert.True(SubjectLetters.IsOf(Person("192.0.2.1"), body));
        Assert.False(SubjectLetters.IsOf(Person("192.0.2.2"), body));

        Subject Person(string ip) => new(masker, PiiField.Ip, [new PersonalText(ip)]);
    }

    [Fact]
    public void A_letter_whose_body_is_in_S3_is_counted_since_nobody_can_say_whose_it_is()
    {
        var pointer = Wrappers.InS3("payloads", "key");

        Assert.True(SubjectLetters.IsInS3(pointer));
        Assert.True(SubjectLetters.IsInS3(Wrappers.Sns(Wrappers.InS3ByOldClient("payloads", "key"))));
        Assert.True(SubjectLetters.IsInS3(pointer.Replace("s3Key", "other", StringComparison.Ordinal)));
        Assert.False(SubjectLetters.IsInS3(Wrappers.Sns(Login)));
        Assert.False(SubjectLetters.IsInS3("[1]"));
    }
}

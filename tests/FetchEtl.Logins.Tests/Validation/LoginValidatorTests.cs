using System.Text.Json;
using FetchEtl.Testing;

namespace FetchEtl.Logins.Tests;

public sealed class LoginValidatorTests
{
    private static readonly string Emoji = char.ConvertFromUtf32(0x1F600);

    public static TheoryData<string, string?, string, string> Invalid => new()
    {
        { "user_id", null, "is null", "required" },
        { "user_id", "", "is empty", "required" },
        { "user_id", new string('u', 129), "is longer than 128 characters", "too_long" },
        { "app_version", null, "is null", "required" },
        { "app_version", "", "is empty", "required" },
        { "app_version", "two", "is not a version of one to three numeric parts, at most 2146.999.999", "not_version" },
        { "device_type", new string('d', 33), "is longer than 32 characters", "too_long" },
        { "device_type", "a\0", "contains U+0000, which PostgreSQL can't store", "has_nul" },
        { "locale", new string('l', 33), "is longer than 32 characters", "too_long" },
        { "ip", new string('1', 257), "is longer than 256 characters", "too_long" },
        { "device_id", new string('1', 257), "is longer than 256 characters", "too_long" },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void A_broken_rule_is_named_by_field_without_the_value(
        string field, string? value, string reason, string rule)
    {
        var problems = Validate(With(field, value));

        Assert.Equal([new InvalidField(field, reason, rule)], problems);
        Assert.Equal($"{field}.{rule}", LoginRules.Of(new InvalidLoginException(problems)));
    }

    [Theory]
    [InlineData("ip", "192.0.2.01", "is not a plain IP address, which Masking:Methods:ip needs", "not_maskable")]
    [InlineData("device_id", "12345", "is not 6 or more digits and separators, which Masking:Methods:device_id needs",
        "not_maskable")]
    [InlineData("device_id", "a", "is not 6 or more digits and separators, which Masking:Methods:device_id needs",
        "not_maskable")]
    [InlineData("ip", "1:c095d3c959559a70e539824b204f3729108c1b0cfd99f83f3747d24fc47a4dc8", "has the form of a mask, " +
        "so it could not be told from one in the table", "is_mask")]
    [InlineData("ip", "2001:db8::1", null, null)]
    [InlineData("ip", "", null, null)]
    [InlineData("device_id", "000-00-0001", null, null)]
    [InlineData("device_id", null, null, null)]
    public void A_value_that_the_fields_method_cannot_mask_is_invalid(
        string field, string? value, string? reason, string? rule)
    {
        var masker = new KeyedPiiMasker(new MaskingOptions
        {
            Keys = { TestKeys.First },
            Methods = { ["ip"] = MaskingMethod.IpCrypt, ["device_id"] = MaskingMethod.Ff1 },
        });
        var login = With("ip", "192.0.2.1");
        login["device_id"] = "123-45-6789";
        login[field] = value;

        var problems = Validate(login, masker);

        Assert.Equal(reason is null ? [] : [new InvalidField(field, reason, rule!)], problems);
    }

    [Theory]
    [InlineData("device_type")]
    [InlineData("ip")]
    [InlineData("locale")]
    [InlineData("device_id")]
    public void Null_and_empty_are_allowed_for_the_rest(string field)
    {
        Assert.Empty(Validate(With(field, null)));
        Assert.Empty(Validate(With(field, "")));
    }

    [Fact]
    public void The_locale_may_be_absent()
    {
        var login = With("locale", null);
        login.Remove("locale");

        Assert.Empty(Validate(login));
    }

    [Fact]
    public void Length_counts_characters_as_PostgreSQL_does()
    {
        Assert.Empty(Validate(With("locale", string.Concat(Enumerable.Repeat(Emoji, 32)))));
        Assert.Single(Validate(With("locale", string.Concat(Enumerable.Repeat(Emoji, 33)))));
    }

    [Fact]
    public void A_lone_surrogate_from_code_is_invalid()
    {
        var message = new LoginMessage { UserId = new PersonalText("a\ud800"), AppVersion = "1" };

        Assert.Equal(
            [new InvalidField("user_id", "is not valid Unicode", "not_unicode")],
            LoginValidator.Validate(message, default, out _));
    }

    [Theory]
    [InlineData("user_id")]
    [InlineData("ip")]
    [InlineData("device_id")]
    public void Stars_are_rejected_with_the_hint_to_send_raw_JSON(string field)
    {
        var problem = Assert.Single(Validate(With(field, "***")));

        Assert.Equal(field, problem.Name);
        Assert.Contains("send the raw JSON", problem.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_reason_is_reported_at_once()
    {
        var message = JsonSerializer.Deserialize<LoginMessage>("""{"user_id":"","app_version":"x","ip":7}""")!;

        var exception = new InvalidLoginException(LoginValidator.Validate(message, default, out _));

        Assert.Equal(
            "device_type: is missing; ip: is not a string; device_id: is missing; user_id: is empty; "
                + "app_version: is not a version of one to three numeric parts, at most 2146.999.999",
            exception.Message);
        Assert.Equal("user_id.required", LoginRules.Of(exception));
        Assert.Null(LoginRules.Of(new InvalidOperationException()));
        Assert.IsType<System.ComponentModel.DataAnnotations.ValidationException>(exception, exactMatch: false);
    }

    private static Dictionary<string, string?> With(string field, string? value)
    {
        var login = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["user_id"] = "u",
            ["app_version"] = "2.3.0",
            ["device_type"] = "ios",
            ["ip"] = "192.0.2.1",
            ["locale"] = "EN",
            ["device_id"] = "d",
        };
        login[field] = value;
        return login;
    }

    private static IReadOnlyList<InvalidField> Validate(
        Dictionary<string, string?> login, KeyedPiiMasker? masker = null)
    {
        var message = JsonSerializer.Deserialize<LoginMessage>(JsonSerializer.Serialize(login))!;
        return LoginValidator.Validate(message, AppVersionEncoding.Ordered, out _, masker);
    }
}

using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MassTransit.Serialization;

namespace FetchEtl.Logins.Tests;

public sealed class LoginMessageTests
{
    private const string Valid =
        """{"user_id":"u","app_version":"2.3.0","device_type":"ios","ip":"192.0.2.1","locale":"EN","device_id":"d"}""";

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1e999", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"***\"",
        "[]", "[[1,{}]]", "{}", "{\"ip\":{\"ip\":null}}", "\"" + "x\\ud83d\\ude00" + "\"",
    ];

    private static readonly string[] Keys =
    [
        "user_id", "app_version", "device_type", "ip", "locale", "device_id", "foo", "", "User_Id", "\\ud800",
        "us\\u0065r_id",
    ];

    [Fact]
    public void A_login_is_read()
    {
        var message = Read(Valid);

        Assert.Empty(message.ReadProblems);
        Assert.Equal("u", message.UserId?.Reveal());
        Assert.Equal("2.3.0", message.AppVersion);
        Assert.Equal("ios", message.DeviceType);
        Assert.Equal("192.0.2.1", message.Ip?.Reveal());
        Assert.Equal("EN", message.Locale);
        Assert.Equal("d", message.DeviceId?.Reveal());
    }

    [Fact]
    public void MassTransits_own_options_read_it_the_same()
    {
        using var document = JsonDocument.Parse(Valid);

        var message = document.RootElement.Deserialize<LoginMessage>(SystemTextJsonMessageSerializer.Options)!;

        Assert.Equal("u", message.UserId?.Reveal());
        Assert.Equal("d", message.DeviceId?.Reveal());
    }

    [Fact]
    public void Writing_replaces_personal_fields_by_stars()
    {
        var personal = new PersonalText("canary-7d1f");
        var login = new LoginMessage { UserId = personal, Ip = personal, DeviceId = personal, AppVersion = "1.0" };

        Assert.Equal(
            """{"user_id":"***","app_version":"1.0","device_type":null,"ip":"***","locale":null,"device_id":"***"}""",
            JsonSerializer.Serialize(login));
    }

    [Fact]
    public void The_names_of_maskable_fields_are_their_keys()
    {
        Assert.Equal(
            [LoginFields.Ip, LoginFields.DeviceId, LoginFields.UserId], PiiFields.All.Select(field => field.Name()));
    }

    [Fact]
    public void The_last_of_a_repeated_key_counts()
    {
        Assert.Equal("b", Read("""{"user_id":1,"user_id":"a","user_id":"b"}""").UserId?.Reveal());
    }

    [Fact]
    public void Escapes_in_a_key_mean_the_key()
    {
        Assert.Equal("u", Read("""{"\u0075ser_id":"u"}""").UserId?.Reveal());
    }

    [Fact]
    public void An_object_of_other_keys_lacks_every_required_key()
    {
        Assert.Equal(
            [
                "user_id: is missing", "app_version: is missing", "device_type: is missing", "ip: is missing",
                "device_id: is missing",
            ],
            Read("""{"foo":"bar","IP":"x"}""").ReadProblems.Select(problem => problem.ToString()));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("42")]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    [InlineData("[[{\"user_id\":\"u\"}]]")]
    public void A_body_that_is_not_an_object_is_reported(string json)
    {
        Assert.Equal([new InvalidField("body", "is not a JSON object", "not_object")], Read(json).ReadProblems);
    }

    [Theory]
    [InlineData("1", "ip: is not a string")]
    [InlineData("false", "ip: is not a string")]
    [InlineData("{\"a\":[1]}", "ip: is not a string")]
    [InlineData("\"\\ud800\"", "ip: is not valid Unicode")]
    public void A_value_that_is_not_a_text_is_reported_by_its_key(string value, string problem)
    {
        var json = Valid.Replace("\"192.0.2.1\"", value, StringComparison.Ordinal);

        Assert.Equal([problem], Read(json).ReadProblems.Select(found => found.ToString()));
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("""{"foo":1,"ip":"192.0.2.1","foo":{"user_id":"u"}}""", 2)]
    [InlineData("""{"\ud800":1}""", 1)]
    public void Keys_that_the_contract_does_not_know_are_counted(string json, int count)
    {
        Assert.Equal(count, Read(json).UnknownKeys);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_reported_by_their_key()
    {
        var json = Encoding.Latin1.GetBytes(Valid.Replace("192.0.2.1", "\u00ff", StringComparison.Ordinal));

        var message = JsonSerializer.Deserialize<LoginMessage>(json)!;

        Assert.Equal([new InvalidField("ip", "is not valid Unicode", "not_unicode")], message.ReadProblems);
    }

    [Fact]
    public void No_well_formed_object_makes_reading_or_validating_throw()
    {
        var bodies = Gen.Elements(Keys).SelectMany(_ => Gen.Elements(Values), (key, value) => $"\"{key}\":{value}")
            .ListOf()
            .Select(members => "{" + string.Join(',', members) + "}")
            .ToArbitrary();

        Check.One(Config.QuickThrowOnFailure.WithReplay(20260101, 1).WithMaxTest(2000), Prop.ForAll(bodies, body =>
        {
            var problems = LoginValidator.Validate(Read(body), AppVersionEncoding.Ordered, out _);
            return problems.Distinct().Count() == problems.Count;
        }));
    }

    private static LoginMessage Read(string json) => JsonSerializer.Deserialize<LoginMessage>(json)!;
}

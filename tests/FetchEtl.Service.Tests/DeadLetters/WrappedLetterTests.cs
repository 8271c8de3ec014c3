using System.Text.Json;
using FetchEtl.Maintenance;
using FetchEtl.Masking;
using FetchEtl.Sqs;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>Of a body in wrappers <c>dead show</c> shows the masked login, and of a wrapper its kind alone.</summary>
public sealed class WrappedLetterTests
{
    private const string Secret = "203.0.113.77";

    private const string Login = $$"""{"user_id":"{{Secret}}u","ip":"{{Secret}}","x{{Secret}}":7}""";

    private const string Pointer = "a pointer to S3, which is not followed";

    private const string Sns = "a notification of SNS";
    private const string Event = "an event of EventBridge";

    private static readonly KeyedPiiMasker Masker = new(new MaskingOptions { Keys = { TestKeys.First } });

    [Theory]
    [InlineData(SqsUnwrap.Sns, Sns)]
    [InlineData(SqsUnwrap.EventBridge, Event)]
    [InlineData(SqsUnwrap.Auto, Sns, Event)]
    [InlineData(SqsUnwrap.Auto, Event, Sns)]
    public void A_login_in_wrappers_is_shown_masked_with_their_kinds(SqsUnwrap unwrap, params string[] wrappers)
    {
        var body = wrappers.Reverse().Aggregate(
            Login, (inner, kind) => kind == Sns ? Secretive(Wrappers.Sns(inner)) : Secretive(Wrappers.Event(inner)));

        var shown = Read(body, unwrap);

        Assert.Equal(wrappers, shown.Wrappers);
        Assert.Null(shown.Problem);
        Assert.Equal((body.Length, "a JSON object"), (shown.Bytes, shown.Kind));
        Assert.Equal(["user_id", "ip"], shown.Fields.Select(field => field.Name));
        Assert.Equal(Masker.Mask(PiiField.Ip, new PersonalText(Secret)), shown.Fields[1].Mask);
        Assert.Equal(["a number"], shown.UnknownKeys);
    }

    [Fact]
    public void A_pointer_is_named_and_neither_its_bucket_nor_its_key_is_shown()
    {
        var plain = Read(Wrappers.InS3(Secret, Secret), SqsUnwrap.None);
        var wrapped = Read(Secretive(Wrappers.Sns(Wrappers.InS3ByOldClient(Secret, Secret))), SqsUnwrap.Auto);
        var broken = Read(Wrappers.InS3(Secret, $"../{Secret}"), SqsUnwrap.Auto);

        Assert.Equal((Pointer, null, null), (plain.Kind, plain.Wrappers, plain.Problem));
        Assert.Equal((Pointer, Sns), (wrapped.Kind, Assert.Single(wrapped.Wrappers!)));
        Assert.Equal("is an S3 pointer that is malformed", broken.Problem);
    }

    [Fact]
    public void What_the_service_does_not_unwrap_is_named()
    {
        Assert.Equal(
            $"is {Sns}, which Sqs:Unwrap = None does not take off",
            Read(Secretive(Wrappers.Sns(Login)), SqsUnwrap.None).Problem);
        Assert.Equal(
            $"is {Event}, which Sqs:Unwrap = Sns does not take off",
            Read(Secretive(Wrappers.Sns(Secretive(Wrappers.Event(Login)))), SqsUnwrap.Sns).Problem);
        Assert.Equal("is not a notification of SNS", Read(Login, SqsUnwrap.Sns).Problem);
        Assert.Equal(
            "is a request of SNS to confirm a subscription, not a notification",
            Read(Wrappers.Confirmation(), SqsUnwrap.Auto).Problem);
        Assert.Equal(2, Read(Login, SqsUnwrap.Sns).Fields.Count);
        Assert.Null(Read(Login, SqsUnwrap.Auto).Problem);
        Assert.Null(Read(Login, SqsUnwrap.None).Problem);
    }

    [Fact]
    public async Task Show_prints_the_wrapper_and_an_erasure_deletes_the_letter_and_says_what_is_left_in_S3()
    {
        await using var estate = await DeadEstate.CreateAsync();
        var id = (await estate.Client.SendMessageAsync(estate.DeadUrl, Secretive(Wrappers.Sns(Login)))).MessageId;
        await estate.Client.SendMessageAsync(estate.DeadUrl, Wrappers.Event("""{"ip":"192.0.2.1"}"""));
        await estate.Client.SendMessageAsync(estate.DeadUrl, Wrappers.InS3("payloads", Secret));
        string[] settings =
        [
            $"--Sqs:ServiceUrl={estate.Sqs.ServiceUrl}", $"--Sqs:QueueName={estate.QueueName}",
            "--Sqs:DeadLetterQueueName=dead", "--Sqs:Unwrap=Sns", $"--Masking:Keys:0={TestKeys.First}",
        ];

        var shown = await ConsoleCapture.RunAsync(["dead", "show", id, .. settings]);
        using var host = DeadHost.Create(settings, needsKeys: true, CancellationToken.None);
        var letters = new SubjectLetters(
            host, await estate.FindAsync(), new Subject(Masker, PiiField.Ip, [new PersonalText(Secret)]));
        var (isLeft, errors) = await ConsoleCapture.ErrorsOfAsync(
            () => letters.RunAsync(deletes: true, found: null, CancellationToken.None));

        Assert.Contains($" bytes, {Sns} around a JSON object", shown.Output);
        Assert.Contains(Masker.Mask(PiiField.Ip, new PersonalText(Secret))!, shown.Output);
        Assert.DoesNotContain(Secret, shown.Output + shown.Errors + errors);
        Assert.Equal((true, 3, 1, 1, 1), (isLeft, letters.Read, letters.Matched, letters.Deleted, letters.InS3));
        Assert.Contains("dead letters of dead that point to S3, where nothing was read: 1.", errors);
        Assert.Equal(2, (await estate.DepthAsync(estate.DeadUrl)).Visible);
    }

    /// <summary>Every member of a wrapper whose text a producer can choose holds the secret.</summary>
    private static string Secretive(string body)
    {
        string[] chosen = ["A login", "\"k\"", "Message\"}", "arn:aws:x:y:z", "app.logins", "\"login\""];
        return chosen.Aggregate(body, static (text, part) => text.Replace(
            part, part.Insert(part.Length / 2, Secret), StringComparison.Ordinal));
    }

    private static MaskedBody Read(string body, SqsUnwrap unwrap)
    {
        var shown = MaskedBody.Read(body, unwrap, Masker);
        Assert.DoesNotContain(Secret, JsonSerializer.Serialize(shown));
        return shown;
    }
}

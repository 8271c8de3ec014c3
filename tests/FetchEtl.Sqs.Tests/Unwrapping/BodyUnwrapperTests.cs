using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using FetchEtl.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace FetchEtl.Sqs.Tests;

/// <summary>Which bodies are wrappers, and what is in them. No S3 is asked here.</summary>
public sealed partial class BodyUnwrapperTests
{
    private const string Login = """{"user_id":"ü\"\\\n","app_version":"1.0"}""";

    private static readonly SqsUnwrap[] Modes = Enum.GetValues<SqsUnwrap>();

    [Fact]
    public async Task A_notification_of_SNS_gives_its_text_and_its_id()
    {
        foreach (var mode in new[] { SqsUnwrap.Sns, SqsUnwrap.Auto })
        {
            using var unwrapped = await UnwrapAsync(mode, Wrappers.Sns(Login, id: "n-1"));

            Assert.Equal(Login, Text(unwrapped));
            Assert.Equal(("n-1", null), (unwrapped.SnsId, unwrapped.EventId));
        }
    }

    [Fact]
    public async Task An_event_of_EventBridge_gives_its_detail_and_its_id()
    {
        foreach (var mode in new[] { SqsUnwrap.EventBridge, SqsUnwrap.Auto })
        {
            using var unwrapped = await UnwrapAsync(mode, Wrappers.Event(Login, id: "e-1"));

            Assert.Equal(Login, Text(unwrapped));
            Assert.Equal((null, "e-1"), (unwrapped.SnsId, unwrapped.EventId));
        }
    }

    [Fact]
    public async Task An_event_that_SNS_delivers_is_unwrapped_twice()
    {
        using var unwrapped = await UnwrapAsync(SqsUnwrap.Auto, Wrappers.Sns(Wrappers.Event(Login, "e"), "n"));

        Assert.Equal(Login, Text(unwrapped));
        Assert.Equal(("n", "e"), (unwrapped.SnsId, unwrapped.EventId));
    }

    [Theory]
    [InlineData("""{"Message":"x","user_id":"u"}""")]
    [InlineData("""{"Type":"Notification","MessageId":"m","TopicArn":"arn:x","Message":"{}","user_id":"u"}""")]
    [InlineData("""{"Type":"Notification","MessageId":"m","Message":"{}"}""")]
    [InlineData("""{"Type":"Other","MessageId":"m","TopicArn":"arn:x","Message":"{}"}""")]
    [InlineData("""{"detail":{"user_id":"x"},"user_id":"u"}""")]
    [InlineData("""{"id":"1","detail-type":"t","source":"s","detail":{"user_id":"x"},"user_id":"u"}""")]
    [InlineData("""{"id":"1","detail-type":"t","source":"s","detail":{},"Type":"Notification"}""")]
    [InlineData("""{"id":"1","detail-type":"t","source":"s","detail":{}} x""")]
    [InlineData("""{"\ud800":1,"detail":{}}""")]
    [InlineData("""["not.a.Pointer",{"s3BucketName":"b","s3Key":"k"}]""")]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("")]
    public async Task Auto_leaves_a_body_as_it_is_that_can_be_anything_else(string body)
    {
        using var unwrapped = await UnwrapAsync(SqsUnwrap.Auto, body);

        Assert.Equal(body, Text(unwrapped));
    }

    [Theory]
    [InlineData(SqsUnwrap.Sns, Login, "is not a notification of SNS", "not_wrapped")]
    [InlineData(SqsUnwrap.Sns, "[]", "is not a notification of SNS", "not_wrapped")]
    [InlineData(SqsUnwrap.Sns, """{"Type":"Notification","Message":{}}""", SnsText, "broken_wrapper")]
    [InlineData(SqsUnwrap.Sns, """{"Type":"Notification"}""", SnsText, "broken_wrapper")]
    [InlineData(
        SqsUnwrap.Sns,
        """{"Type":"Notification","Message":"\ud800"}""",
        "is a notification of SNS whose Message is not valid Unicode",
        "broken_wrapper")]
    [InlineData(SqsUnwrap.EventBridge, Login, "is not an event of EventBridge", "not_wrapped")]
    [InlineData(SqsUnwrap.EventBridge, """{"detail":{}}""", "is not an event of EventBridge", "not_wrapped")]
    [InlineData(
        SqsUnwrap.EventBridge, """{"detail-type":"t","source":"s","detail":"{}"}""", EventText, "broken_wrapper")]
    [InlineData(
        SqsUnwrap.Auto, """{"id":"1","detail-type":"t","source":"s","detail":[]}""", EventText, "broken_wrapper")]
    [InlineData(
        SqsUnwrap.Auto,
        """{"Type":"Notification","MessageId":"m","TopicArn":"arn:x","Message":1}""",
        SnsText,
        "broken_wrapper")]
    public async Task A_broken_wrapper_is_rejected_by_rule(SqsUnwrap mode, string body, string reason, string rule) =>
        await RejectsAsync(mode, body, reason, rule);

    [Fact]
    public async Task Confirmations_nested_wrappers_and_pointers_without_a_bucket_are_rejected_by_rule()
    {
        const string confirmation = "is a request of SNS to confirm a subscription, not a notification";
        await RejectsAsync(SqsUnwrap.Sns, Wrappers.Confirmation(), confirmation, "broken_wrapper");
        await RejectsAsync(SqsUnwrap.Auto, Wrappers.Confirmation(), confirmation, "broken_wrapper");
        await RejectsAsync(
            SqsUnwrap.Auto,
            Wrappers.Sns(Wrappers.Sns(Login)),
            "is a notification of SNS in another one",
            "broken_wrapper");
        await RejectsAsync(
            SqsUnwrap.Auto,
            Wrappers.Event(Wrappers.Event(Login)),
            "is an event of EventBridge in another one",
            "broken_wrapper");
        foreach (var mode in Modes)
        {
            var body = mode == SqsUnwrap.Sns
                ? Wrappers.Sns(Wrappers.InS3("b", "k"))
                : Wrappers.InS3ByOldClient("b", "k");
            await RejectsAsync(mode, body, "is an S3 pointer to a bucket that is not allowed", "bad_pointer");
        }
    }

    [Theory]
    [InlineData("""{"s3BucketName":"b"}""")]
    [InlineData("""{"s3BucketName":"b","s3Key":1}""")]
    [InlineData("""{"s3BucketName":"b","s3Key":""}""")]
    [InlineData("""{"s3BucketName":"","s3Key":"k"}""")]
    [InlineData("""{"s3BucketName":"b","s3Key":"../other/k"}""")]
    [InlineData("""{"s3BucketName":"b","s3Key":"a\\..\\k"}""")]
    [InlineData("""{"s3BucketName":"b","s3Key":"a/./k"}""")]
    [InlineData("""{"s3BucketName":"b","s3Key":"\ud800"}""")]
    [InlineData("""{"s3BucketName":"b","s3Key":"k"},1""")]
    [InlineData("\"k\"")]
    [InlineData("{")]
    public async Task A_malformed_pointer_is_rejected(string location) => await RejectsAsync(
        SqsUnwrap.Auto,
        $"""["software.amazon.payloadoffloading.PayloadS3Pointer",{location}]""",
        "is an S3 pointer that is malformed",
        "bad_pointer");

    [Fact]
    public async Task A_key_longer_than_S3_allows_is_rejected() => await RejectsAsync(
        SqsUnwrap.Auto,
        Wrappers.InS3("b", new string('ä', 513)),
        "is an S3 pointer that is malformed",
        "bad_pointer");

    [Fact]
    public async Task Any_text_in_any_wrapper_comes_out_as_it_went_in()
    {
        foreach (var text in Texts().Sample(300, 40))
        {
            using var sns = await UnwrapAsync(SqsUnwrap.Sns, Wrappers.Sns(text));
            Assert.Equal(text, Text(sns));

            var json = $$"""{"user_id":{{System.Text.Json.JsonSerializer.Serialize(text)}}}""";
            using var both = await UnwrapAsync(SqsUnwrap.Auto, Wrappers.Sns(Wrappers.Event(json)));
            Assert.Equal(json, Text(both));
        }
    }

    [Fact]
    public async Task Garbage_is_unwrapped_or_rejected_with_a_reason_and_nothing_else()
    {
        foreach (var body in Garbage().Sample(2000, 40))
        {
            foreach (var mode in Modes)
            {
                try
                {
                    using var unwrapped = await UnwrapAsync(mode, body);
                    Assert.NotNull(unwrapped.Bytes);
                }
                catch (BrokenBodyException broken)
                {
                    Assert.StartsWith("body: is ", broken.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    /// <summary>A body that is only looked at is opened as the endpoint opens it.</summary>
    [Fact]
    public async Task A_body_that_is_only_looked_at_is_opened_by_the_rules_of_the_endpoint()
    {
        foreach (var (body, mode) in Garbage().Sample(2000, 40).SelectMany(body => Modes.Select(mode => (body, mode))))
        {
            var opened = SqsBody.Open(body, mode);
            try
            {
                using var unwrapped = await UnwrapAsync(mode, body);
                Assert.Null(opened.Problem);
                Assert.Equal(unwrapped.Bytes, opened.Content.ToArray());

                // A wrapper whose id has no plausible form has none.
                Assert.True(unwrapped.SnsId is null || opened.Wrappers.Contains(WrapperKind.Sns));
                Assert.True(unwrapped.EventId is null || opened.Wrappers.Contains(WrapperKind.EventBridge));
            }
            catch (BrokenBodyException broken)
            {
                // Without a bucket the endpoint refuses every pointer.
                var isPointer = opened.Wrappers is [.., WrapperKind.S3Pointer];
                Assert.Equal(isPointer ? BrokenBodyException.ForeignBucket().Reason : opened.Problem, broken.Reason);
            }

            Assert.Contains(
                SqsBody.Candidates(body), content => content.Span.SequenceEqual(opened.Content.Span));
        }
    }

    /// <summary>A test of the service holds the same table against the reasons that it may show.</summary>
    [Fact]
    public void The_table_of_docs_sources_has_every_rule_and_reason()
    {
        var table = File.ReadLines(Path.Combine(RepositoryRoot.Folder, "docs", "sources.md"))
            .SkipWhile(line => line != "### Rules and reasons")
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => Code().Matches(line).Select(match => match.Groups["code"].Value).ToList())
            .SelectMany(codes => codes.Skip(1).Select(reason => ($"body.{codes[0]}", $"body: {reason}")));
        var kinds = Enum.GetValues<WrapperKind>();
        var made = typeof(BrokenBodyException).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .SelectMany(make => make.GetParameters().Length == 0
                ? [make.Invoke(null, null)]
                : kinds.Select(kind => make.Invoke(null, [kind])))
            .Cast<BrokenBodyException>()
            .Select(broken => (broken.Rule, broken.Message));

        Assert.Equal(made.Distinct().Order(), table.Order());
    }

    private const string SnsText = "is a notification of SNS whose Message is not a text";
    private const string EventText = "is an event of EventBridge whose detail is not an object";

    /// <summary>Texts of Unicode, without lone surrogates.</summary>
    private static Gen<string> Texts() => Gen.OneOf(
            Gen.Choose(0, 0x7F), Gen.Choose(0x80, 0xD7FF), Gen.Choose(0x10000, 0x10FFFF), Gen.Elements<int>('"', '\\'))
        .Select(char.ConvertFromUtf32).ListOf().Select(string.Concat);

    /// <summary>True wrappers, one in the other, with up to three characters lost, doubled or replaced.</summary>
    private static Gen<string> Garbage()
    {
        var leaf = Gen.OneOf(Texts(), Gen.Constant(Login), Gen.Constant(Wrappers.Confirmation()));
        var wrapped = leaf.SelectMany(text => Gen.Choose(0, 5).ListOf().Select(kinds => kinds.Take(4).Aggregate(
            text,
            static (inner, kind) => kind switch
            {
                0 or 1 => Wrappers.Sns(inner),
                2 => Wrappers.Event(inner),
                3 => Wrappers.Event(Login),
                4 => Wrappers.InS3("bucket", inner),
                _ => Wrappers.InS3ByOldClient(inner, "key"),
            })));
        var edits = Gen.Choose(0, 1_000_000).ListOf().Select(x => x.Take(3));
        return wrapped.Zip(edits).Select(x => x.Item2.Aggregate(x.Item1, static (text, edit) => text.Length == 0
            ? text
            : (edit % 3) switch
            {
                0 => text.Remove(edit % text.Length, 1),
                1 => text.Insert(edit % text.Length, text[edit % text.Length].ToString()),
                _ => text.Remove(edit % text.Length),
            }));
    }

    private static async Task RejectsAsync(SqsUnwrap mode, string body, string reason, string rule)
    {
        var broken = await Assert.ThrowsAsync<BrokenBodyException>(() => UnwrapAsync(mode, body).AsTask());

        Assert.Equal(($"body: {reason}", $"body.{rule}"), (broken.Message, broken.Rule));
    }

    private static ValueTask<UnwrappedBody> UnwrapAsync(SqsUnwrap mode, string body) =>
        new BodyUnwrapper(mode, payloads: null, new SqsMetrics()).UnwrapAsync(body, CancellationToken.None);

    private static string Text(UnwrappedBody unwrapped) => Encoding.UTF8.GetString(unwrapped.Bytes);

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}

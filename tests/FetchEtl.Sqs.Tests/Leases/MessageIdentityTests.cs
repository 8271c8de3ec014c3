using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Amazon.SQS.Model;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Sqs.Tests;

public sealed class MessageIdentityTests
{
    private const string Id = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
    private const string Original = "11111111-1111-1111-1111-111111111111";

    private static readonly DateTimeOffset Received = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Sent = Received.AddDays(-20);
    private static readonly byte[] First = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] Second = RandomNumberGenerator.GetBytes(32);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-1764158400000")]
    [InlineData("1764158400")]
    [InlineData("253402300799999")]
    [InlineData("99999999999999999999")]
    [InlineData("1795867200000")]
    public void Without_a_possible_sent_time_the_time_of_receipt_counts(string? sent)
    {
        var message = new Message { MessageId = Id, Attributes = new() { ["SentTimestamp"] = sent! } };

        Assert.Equal(Received, Read(message).SentTime);
        Assert.Equal(Received, Read(new Message { MessageId = Id }).SentTime);
    }

    [Fact]
    public void A_possible_sent_time_counts_even_where_the_clocks_differ_by_hours()
    {
        var sent = Received.AddHours(20);
        var message = new Message { MessageId = Id, Attributes = new() { ["SentTimestamp"] = Milliseconds(sent) } };

        Assert.Equal(sent, Read(message).SentTime);
    }

    [Fact]
    public void A_dead_letter_of_any_generation_keeps_its_identity_and_is_signed_anew_under_the_newest()
    {
        var letter = Letter("q", First);

        var identity = Read(letter, "q", First, Second);

        Assert.Equal(new MessageIdentity(Original, Sent), identity);
        Assert.Equal(Guid.Parse(Original), identity.Id);
        var signed = Identities("q", First, Second).Sign(identity)!.Value;
        Assert.Equal(
            (Milliseconds(Sent), Mac(2, Second, "q", Original, Sent)), (signed.SentTimestamp, signed.Proof.Mac));
        Assert.Null(signed.Proof.RedrivesMac);
    }

    [Fact]
    public void A_count_of_redrives_is_proved_by_a_MAC_of_its_own_and_the_identity_s_MAC_stays_that_of_older_versions()
    {
        var (sent, proof) = Identities("q", First).Sign(new MessageIdentity(Original, Sent, Redrives: 2))!.Value;

        Assert.Equal(Mac(1, First, "q", Original, Sent), proof.Mac);
        Assert.Equal((2, Mac(1, First, "redrives 2\nq", Original, Sent)), (proof.Redrives, proof.RedrivesMac));
        Assert.Equal(new MessageIdentity(Original, Sent, Redrives: 2), Read(Proved(sent, proof), "q", First));
    }

    [Fact]
    public void A_count_of_redrives_that_is_not_proved_is_none_and_the_identity_holds()
    {
        var (sent, two) = Identities("q", First).Sign(new MessageIdentity(Original, Sent, Redrives: 2))!.Value;
        DeadLetterSource[] proofs =
        [
            two with { Redrives = 1 }, two with { Redrives = 3 }, two with { Redrives = -2 },
            two with { Redrives = null }, two with { RedrivesMac = null }, two with { RedrivesMac = two.Mac },
        ];

        Assert.All(proofs, proof => Assert.Equal(
            new MessageIdentity(Original, Sent), Read(Proved(sent, proof), "q", First)));

        // Nor does the MAC of the count prove an identity.
        AssertIgnored(Proved(sent, two with { Mac = two.RedrivesMac }));
    }

    [Fact]
    public void The_MAC_is_that_of_the_documented_recipe()
    {
        var signed = Identities("q", First).Sign(new MessageIdentity(Original, Sent));

        Assert.Equal(
            (Milliseconds(Sent), Mac(1, First, "q", Original, Sent)),
            (signed!.Value.SentTimestamp, signed.Value.Proof.Mac));
        Assert.Null(Identities("q").Sign(new MessageIdentity(Original, Sent)));
    }

    [Fact]
    public void An_identity_without_a_valid_MAC_is_ignored()
    {
        var genuine = Mac(1, First, "q", Original, Sent);
        string?[] sources =
        [
            "", "{", "null", "[]", "1", "{}", """{"mac":null}""", """{"mac":7}""", """{"mac":""}""", """{"mac":":"}""",
            Source($"0{genuine[1..]}"), Source($"2{genuine[1..]}"), Source($"-1{genuine[1..]}"), Source($"0{genuine}"),
            Source($"99999999999{genuine[1..]}"), Source(genuine[..^1]), Source($"{genuine}0"),
            Source(genuine.ToUpperInvariant()), Source($"{genuine[..^1]}{(genuine[^1] == '0' ? '1' : '0')}"),
            Source(Mac(1, Second, "q", Original, Sent)),
        ];

        Assert.All(sources, source => AssertIgnored(With(Letter("q", First), DeadLetterAttributes.Source, source)));
    }

    [Fact]
    public void An_identity_that_was_changed_or_comes_from_another_queue_or_key_is_ignored()
    {
        AssertIgnored(Letter("other", First));
        AssertIgnored(Letter("q", Second));
        AssertIgnored(With(Letter("q", First), DeadLetterAttributes.OriginalMessageId, Id));
        AssertIgnored(With(
            Letter("q", First), DeadLetterAttributes.OriginalSentTimestamp, Milliseconds(Sent.AddMilliseconds(1))));
        AssertIgnored(With(Letter("q", First), DeadLetterAttributes.OriginalSentTimestamp, null));

        // A key that this process does not have yet.
        AssertIgnored(With(
            Letter("q", First), DeadLetterAttributes.Source, Source(Mac(2, Second, "q", Original, Sent))));
    }

    [Fact]
    public void Without_a_key_no_identity_is_believed()
    {
        var identity = Read(Letter("q", First), "q");

        Assert.Equal(new MessageIdentity(Id, Received), identity);
    }

    [Fact]
    public void An_authentic_time_that_cannot_be_gives_way_to_that_of_the_message()
    {
        var letter = Letter("q", First, DateTimeOffset.MaxValue);

        Assert.Equal(new MessageIdentity(Original, Received), Read(letter, "q", First));
    }

    [Theory]
    [InlineData("many", 1)]
    [InlineData("-3", 1)]
    [InlineData("99999999999", 1)]
    [InlineData("4", 4)]
    public void A_receive_count_that_is_not_a_number_counts_as_the_first(string text, int expected) => Assert.Equal(
        expected, new Message { Attributes = new() { ["ApproximateReceiveCount"] = text } }.ReceiveCount());

    private static void AssertIgnored(Message message) =>
        Assert.Equal(new MessageIdentity(Id, Received, IsClaimIgnored: true), Read(message, "q", First));

    private static MessageIdentity Read(Message message, string queue = "q", params byte[][] keys) =>
        Identities(queue, keys).Read(message);

    private static QueueIdentities Identities(string queue, params byte[][] keys) =>
        new(queue, keys, new FakeTimeProvider(Received));

    /// <summary>A letter of generation 1, redriven: SQS gave it a new id and the time of receipt.</summary>
    private static Message Letter(string queue, byte[] key, DateTimeOffset? sent = null) => new()
    {
        MessageId = Id,
        Attributes = new() { ["SentTimestamp"] = Milliseconds(Received) },
        MessageAttributes = new()
        {
            [DeadLetterAttributes.Source] = Text(Source(Mac(1, key, queue, Original, sent ?? Sent))),
            [DeadLetterAttributes.OriginalMessageId] = Text(Original),
            [DeadLetterAttributes.OriginalSentTimestamp] = Text(Milliseconds(sent ?? Sent)),
        },
    };

    private static Message Proved(string sent, DeadLetterSource proof)
    {
        var message = Letter("q", First);
        message.MessageAttributes[DeadLetterAttributes.Source] = proof.ToAttribute();
        return With(message, DeadLetterAttributes.OriginalSentTimestamp, sent);
    }

    private static Message With(Message message, string attribute, string? value)
    {
        message.MessageAttributes[attribute] = Text(value);
        return message;
    }

    private static MessageAttributeValue Text(string? text) => new() { DataType = "String", StringValue = text };

    private static string Source(string mac) => $$"""{"queue":"q","receiveCount":1,"mac":"{{mac}}"}""";

    private static string Milliseconds(DateTimeOffset time) =>
        time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static string Mac(int generation, byte[] key, string queue, string id, DateTimeOffset sent)
    {
        var text = string.Join('\n', queue, id, Milliseconds(sent));
        return $"{generation}:{Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)))}";
    }
}

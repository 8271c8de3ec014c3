using System.Security.Cryptography;
using Amazon.SQS.Model;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Sqs.Tests;

/// <summary>What a redriven message looks like.</summary>
public sealed class DeadLetterRedriveTests
{
    private const string Id = "6f9619ff-8b86-d011-b42d-00c04fc964ff";

    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Sent = Now.AddDays(-3);
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void A_message_that_SQS_moved_keeps_its_id_and_sent_time_which_are_signed_and_its_redrives_are_counted()
    {
        var letter = Moved();

        for (var redrives = 0; redrives < 3; redrives++)
        {
            var claim = Redrive().Read(letter);
            Assert.Equal((Id, Sent, redrives), (claim.MessageId, claim.SentTime, claim.Redrives));
            Assert.Equal((DeadLetterOrigin.Sqs, false, null), (claim.Origin, claim.IsFromOtherQueue, claim.Reason));

            // SQS gives the redriven message another id and time, and moves it again.
            letter = Moved(Redrive().Create(letter)!.Entry, $"{Guid.NewGuid()}", Now);
        }
    }

    [Fact]
    public void A_letter_of_the_rider_keeps_its_identity_loses_its_reason_and_counts_on_when_it_is_rejected_again()
    {
        var letter = Rejected(Moved());

        var first = Redrive().Create(letter)!;
        var again = Rejected(Moved(first.Entry, $"{Guid.NewGuid()}", Now));

        Assert.DoesNotContain(DeadLetterAttributes.Reason, first.Entry.MessageAttributes.Keys);
        Assert.DoesNotContain("deadAt", first.Entry.MessageAttributes[DeadLetterAttributes.Source].StringValue);
        var claim = Redrive().Read(again);
        Assert.Equal(
            (Id, Sent, 1, "text: is invalid", DeadLetterOrigin.Rider),
            (claim.MessageId, claim.SentTime, claim.Redrives, claim.Reason, claim.Origin));
    }

    [Fact]
    public void An_identity_that_a_producer_forged_is_replaced_by_the_letter_s_own()
    {
        var letter = Moved();
        letter.MessageAttributes = new()
        {
            [DeadLetterAttributes.Source] = AttributeRoom.Text("""{"mac":"1:00","redrives":9}"""),
            [DeadLetterAttributes.OriginalMessageId] = AttributeRoom.Text($"{Guid.NewGuid()}"),
        };

        var claim = Redrive().Read(Moved(Redrive().Create(letter)!.Entry, $"{Guid.NewGuid()}", Now));

        Assert.Equal((Id, Sent, 1), (claim.MessageId, claim.SentTime, claim.Redrives));
    }

    [Fact]
    public void A_letter_of_another_queue_says_so()
    {
        var moved = Moved();
        moved.Attributes["DeadLetterQueueSourceArn"] = "arn:aws:sqs:us-east-1:000000000000:other";
        var rejected = Rejected(Moved(), "other");

        Assert.True(Redrive().Read(moved).IsFromOtherQueue);
        Assert.True(Redrive().Read(rejected).IsFromOtherQueue);
        Assert.Equal(DeadLetterOrigin.Unknown, Redrive().Read(new Message { MessageId = Id, Body = "" }).Origin);
    }

    [Fact]
    public void Attributes_of_the_producer_stay_the_last_ones_give_way_and_the_group_and_trace_are_kept()
    {
        var letter = Moved();
        letter.MessageAttributes = Enumerable.Range(0, 10).ToDictionary(i => $"a{i}", i => AttributeRoom.Text($"{i}"));
        letter.Attributes["MessageGroupId"] = "g";
        letter.Attributes["AWSTraceHeader"] = "Root=1-5759e988-bd862e3fe1be46a994272793";

        var redriven = Redrive().Create(letter)!;

        Assert.Equal((10, 3), (redriven.Entry.MessageAttributes.Count, redriven.DroppedAttributes));
        Assert.Equal("6", redriven.Entry.MessageAttributes["a6"].StringValue);
        Assert.Equal(("g", null), (redriven.Entry.MessageGroupId, redriven.Entry.MessageDeduplicationId));
        Assert.Equal(letter.Attributes["AWSTraceHeader"],
            redriven.Entry.MessageSystemAttributes["AWSTraceHeader"].StringValue);

        var fifo = new DeadLetterRedrive("q.fifo", [Key], new FakeTimeProvider(Now)).Create(letter)!.Entry;
        Assert.Equal(("g", Id), (fifo.MessageGroupId, fifo.MessageDeduplicationId));
    }

    [Fact]
    public void A_body_that_leaves_no_room_for_the_identity_is_not_redriven()
    {
        Assert.Null(Redrive().Create(Moved(body: new string('x', SqsLimits.MessageBytes - 100))));
        Assert.Equal(
            SqsLimits.MessageBytes - 400,
            Redrive().Create(Moved(body: new string('x', SqsLimits.MessageBytes - 400)))!.Entry.MessageBody.Length);
    }

    [Fact]
    public void Without_keys_a_claim_is_passed_on_as_it_is()
    {
        var letter = Rejected(Moved());

        var redriven = new DeadLetterRedrive("q", [], new FakeTimeProvider(Now)).Create(letter)!.Entry;

        var claim = Redrive().Read(Moved(redriven, $"{Guid.NewGuid()}", Now));
        Assert.Equal((Id, Sent), (claim.MessageId, claim.SentTime));
    }

    private static DeadLetterRedrive Redrive() => new("q", [Key], new FakeTimeProvider(Now));

    /// <summary>A message that SQS moved to the dead-letter queue.</summary>
    private static Message Moved(string body = "{}") => new()
    {
        MessageId = Id,
        Body = body,
        ReceiptHandle = "r",
        Attributes = new()
        {
            ["SentTimestamp"] = $"{Sent.ToUnixTimeMilliseconds()}",
            ["DeadLetterQueueSourceArn"] = "arn:aws:sqs:us-east-1:000000000000:q",
        },
    };

    private static Message Moved(SendMessageBatchRequestEntry sent, string id, DateTimeOffset at)
    {
        var message = Moved(sent.MessageBody);
        message.MessageId = id;
        message.Attributes["SentTimestamp"] = $"{at.ToUnixTimeMilliseconds()}";
        message.MessageAttributes = sent.MessageAttributes;
        return message;
    }

    /// <summary>The letter that the rider writes for a message.</summary>
    private static Message Rejected(Message message, string queue = "q")
    {
        var letters = new DeadLetterQueue(
            new SqsReceiveSettings(queue) { IdentityKeys = [Key] }, "url", new FakeTimeProvider(Now));
        var letter = letters.Create(message, letters.Identities.Read(message), bodyBytes: 2, "text: is invalid");
        return new Message
        {
            MessageId = $"{Guid.NewGuid()}",
            Body = letter.Entry.MessageBody,
            Attributes = new() { ["SentTimestamp"] = $"{Now.ToUnixTimeMilliseconds()}" },
            MessageAttributes = letter.Entry.MessageAttributes,
        };
    }
}

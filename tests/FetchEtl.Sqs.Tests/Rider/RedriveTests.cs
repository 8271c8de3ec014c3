using System.ComponentModel.DataAnnotations;
using Amazon.SQS.Model;

namespace FetchEtl.Sqs.Tests;

/// <summary>Dead letters that come back to the queue, true ones and forged ones.</summary>
public sealed class RedriveTests
{
    private const string Body = """{"text":"a"}""";
    private const string Other = """{"text":"b"}""";

    [Fact]
    public async Task A_redriven_dead_letter_keeps_its_original_id_and_sent_time()
    {
        await using var host = await RiderHost.CreateAsync();
        var (letter, id, sent) = await RejectAsync(host);

        // Redriven twice, with a repaired body: the identity stays the same.
        await host.SendAsync(Other, letter.MessageAttributes);
        await host.SendAsync(Other, letter.MessageAttributes);
        await host.QueueIsEmptyAsync();

        Assert.Equal([id, id, id], host.Behaviour.Seen.Select(x => $"{x.MessageId}"));
        Assert.All(host.Behaviour.Seen, x => Assert.Equal(sent, x.SentTime));
        Assert.DoesNotContain("without a valid MAC", host.Log);
    }

    [Fact]
    public async Task Attributes_of_a_dead_letter_that_a_producer_sets_are_ignored_and_reported()
    {
        await using var host = await RiderHost.CreateAsync();
        await host.StartAsync();
        var claimed = Guid.NewGuid().ToString();
        var forged = new Dictionary<string, MessageAttributeValue>
        {
            [DeadLetterAttributes.Source] = RiderHost.Text($$"""{"mac":"1:{{new string('0', 64)}}"}"""),
            [DeadLetterAttributes.OriginalMessageId] = RiderHost.Text(claimed),
            [DeadLetterAttributes.OriginalSentTimestamp] =
                new() { DataType = "Number", StringValue = "253402300799999" },
        };

        var ids = new[] { await host.SendAsync(Body, forged), await host.SendAsync(Body, forged) };
        var sent = host.Time.GetUtcNow().UtcDateTime;
        await host.QueueIsEmptyAsync();

        Assert.Equal(ids.Order(), host.Behaviour.Seen.Select(x => $"{x.MessageId}").Order());
        Assert.All(host.Behaviour.Seen, x => Assert.Equal(sent, x.SentTime));
        Assert.Contains(ids, id => host.Log.Contains($"without a valid MAC, the last of them {id}"));
        Assert.DoesNotContain(claimed, host.Log);
    }

    [Fact]
    public async Task A_forged_identity_does_not_get_into_the_dead_letter_of_its_message()
    {
        await using var host = await RiderHost.CreateAsync();
        host.Behaviour.Handle = _ => throw new ValidationException("text: is invalid");
        await host.StartAsync();

        var id = await host.SendAsync(Body, new()
        {
            [DeadLetterAttributes.Source] = RiderHost.Text("{}"),
            [DeadLetterAttributes.OriginalMessageId] = RiderHost.Text(Guid.NewGuid().ToString()),
        });
        var letter = await host.OnlyDeadLetterAsync();

        Assert.Equal(id, letter.MessageAttributes[DeadLetterAttributes.OriginalMessageId].StringValue);
    }

    [Fact]
    public async Task Without_keys_a_dead_letter_carries_no_identity_and_a_redriven_one_is_a_new_message()
    {
        await using var signing = await RiderHost.CreateAsync();
        var (signed, _, _) = await RejectAsync(signing);
        await using var host = await RiderHost.CreateAsync(x => x.IdentityKeys = []);
        var (letter, first, _) = await RejectAsync(host);

        Assert.DoesNotContain(DeadLetterAttributes.OriginalMessageId, letter.MessageAttributes.Keys);
        Assert.DoesNotContain(DeadLetterAttributes.OriginalSentTimestamp, letter.MessageAttributes.Keys);
        Assert.DoesNotContain("mac", letter.MessageAttributes[DeadLetterAttributes.Source].StringValue);

        var ids = new[]
        {
            first,
            await host.SendAsync(Other, letter.MessageAttributes),
            await host.SendAsync(Other, signed.MessageAttributes),
        };
        await host.QueueIsEmptyAsync();

        Assert.Equal(ids.Order(), host.Behaviour.Seen.Select(x => $"{x.MessageId}").Order());
    }

    /// <summary>
    /// Starts the bus, and sends a message that is rejected. Messages with another text are consumed.
    /// </summary>
    private static async Task<(Message Letter, string Id, DateTime Sent)> RejectAsync(RiderHost host)
    {
        host.Behaviour.Handle = context => context.Message.Text == "a"
            ? throw new ValidationException("text: is a")
            : Task.CompletedTask;
        await host.StartAsync();
        var id = await host.SendAsync(Body);
        var sent = host.Time.GetUtcNow().UtcDateTime;
        var letter = await host.OnlyDeadLetterAsync();
        await host.AdvanceAsync(TimeSpan.FromSeconds(10), step: TimeSpan.FromSeconds(0.25));
        return (letter, id, sent);
    }
}

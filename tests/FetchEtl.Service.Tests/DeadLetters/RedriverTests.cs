using Amazon.SQS.Model;
using FetchEtl.Local;
using FetchEtl.Sqs;
using FetchEtl.Testing;

namespace FetchEtl.Service.Tests;

/// <summary>Reading, redriving and purging dead letters on a real local SQS, with faults.</summary>
[Trait("Category", "Slow")]
public sealed class RedriverTests
{
    [Fact]
    public async Task A_pass_sees_each_letter_once_and_makes_all_visible_again()
    {
        await using var estate = await DeadEstate.CreateAsync();
        await estate.SendLettersAsync(53);
        var seen = new List<string>();

        var end = await PassAsync(estate, letters =>
        {
            seen.AddRange(letters.Select(x => x.Letter.Id));
            return true;
        });

        Assert.Equal(new PassEnd(PassEnding.Complete, Hidden: 0), end);
        Assert.Equal(53, seen.Distinct().Count());
        Assert.Equal((53, 0), await VisibleAsync(estate));
    }

    [Fact]
    public async Task After_an_error_and_at_the_limit_of_messages_in_flight_all_letters_are_visible_again()
    {
        await using var estate = await DeadEstate.CreateAsync();
        await estate.SendLettersAsync(30);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => PassAsync(estate, _ => throw new InvalidOperationException()));
        Assert.Equal((30, 0), await VisibleAsync(estate));

        var end = await PassAsync(estate, _ => true, mostInFlight: 20);
        Assert.Equal(new PassEnd(PassEnding.TooManyInFlight, Hidden: 0), end);
        Assert.Equal((30, 0), await VisibleAsync(estate));

        estate.Sqs.Faults = Rule(SqsFaultKind.Error, "ReceiveMessage", "OverLimit");
        Assert.Equal(PassEnding.TooManyInFlight, (await PassAsync(estate, _ => true)).Ending);

        estate.Sqs.Faults = Rule(SqsFaultKind.Error, "ReceiveMessage", "AccessDenied");
        var denied = await Assert.ThrowsAsync<UsageException>(() => PassAsync(estate, _ => true));
        Assert.Contains("grant sqs:ReceiveMessage", denied.Message);
    }

    [Fact]
    public async Task What_SQS_moves_keeps_its_identity_and_stays_when_it_is_dead_for_the_third_time()
    {
        await using var estate = await DeadEstate.CreateAsync();
        await estate.Client.SendMessageAsync(estate.QueueUrl, "{}");
        var first = Assert.Single(await estate.ReceiveAllAsync());
        var original = (first.MessageId, first.Attributes["SentTimestamp"]);

        for (var redrives = 1; redrives <= 2; redrives++)
        {
            Assert.Equal(1, (await estate.RedriveAsync()).Count(LetterFate.Redrive));
            var back = Assert.Single(await estate.ReceiveAllAsync());
            Assert.NotEqual(first.MessageId, back.MessageId);
            Assert.Equal(original, (
                back.MessageAttributes[DeadLetterAttributes.OriginalMessageId].StringValue,
                back.MessageAttributes[DeadLetterAttributes.OriginalSentTimestamp].StringValue));
            Assert.Equal(redrives, estate.Redrive.Read(back).Redrives);
        }

        var third = await estate.RedriveAsync();
        Assert.Equal((0, 1), (third.Count(LetterFate.Redrive), third.Count(LetterFate.ReturnedThrice)));
        Assert.Equal((1, 0), await VisibleAsync(estate));

        // Somebody who names the letter means it, and so does --force.
        var named = new LetterFilter { Ids = LetterFilter.IdsOf([first.MessageId.ToUpperInvariant()]) };
        Assert.Equal(1, (await estate.RedriveAsync(named)).Count(LetterFate.Redrive));
        await estate.ReceiveAllAsync();
        Assert.Equal(1, (await estate.RedriveAsync(force: true)).Count(LetterFate.Redrive));
        Assert.Equal(4, estate.Redrive.Read(Assert.Single(await estate.ReceiveAllAsync())).Redrives);
    }

    [Fact]
    public async Task A_lost_reply_and_refused_entries_double_a_message_at_most_and_never_its_identity()
    {
        await using var estate = await DeadEstate.CreateAsync();
        await estate.SendLettersAsync(100);
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Seed = 3,
            Rules =
            [
                new() { Kind = SqsFaultKind.ReplyLost, Operation = "SendMessageBatch", Probability = 0.4 },
                new() { Kind = SqsFaultKind.PartialBatchFailure, Probability = 0.2 },
                new() { Kind = SqsFaultKind.ReplyLost, Operation = "DeleteMessageBatch", Probability = 0.2 },
            ],
        };

        var result = await estate.RedriveAsync();
        estate.Sqs.Faults = null;

        Assert.Equal((100, null), (result.Count(LetterFate.Redrive), result.Problem));
        var sent = await estate.ReceiveAllAsync(delete: true);
        Assert.True(sent.Count > 100, $"{sent.Count}");
        Assert.Equal(100, Identities(sent).Distinct().Count());
        Assert.Equal((0, 0), await VisibleAsync(estate));
    }

    [Fact]
    public async Task Where_letters_cannot_be_deleted_the_redrive_stops_and_a_second_one_doubles_no_identity()
    {
        await using var estate = await DeadEstate.CreateAsync();
        await estate.SendLettersAsync(35);
        estate.Sqs.Faults = Rule(SqsFaultKind.Error, "DeleteMessageBatch", "AccessDenied");

        // As after a kill between the send and the delete.
        var denied = await estate.RedriveAsync();
        Assert.Contains("grant sqs:DeleteMessage", denied.Problem);
        Assert.Equal(
            (10, 10), (denied.Count(LetterFate.Redrive), denied.Count(LetterFate.NotDeleted)));
        Assert.Equal((35, 0), await VisibleAsync(estate));
        estate.Sqs.Faults = null;
        await estate.RedriveAsync();

        var sent = await estate.ReceiveAllAsync(delete: true);
        Assert.Equal((45, 35), (sent.Count, Identities(sent).Distinct().Count()));
    }

    [Fact]
    public async Task Where_the_queue_refuses_messages_no_letter_is_deleted()
    {
        await using var estate = await DeadEstate.CreateAsync();
        await estate.SendLettersAsync(15);
        estate.Sqs.Faults = Rule(SqsFaultKind.Error, "SendMessageBatch", "AccessDenied");

        var result = await estate.RedriveAsync();

        Assert.Contains("grant sqs:SendMessage", result.Problem);
        Assert.Equal((0, 10), (result.Count(LetterFate.Redrive), result.Count(LetterFate.Refused)));
        Assert.Equal((15, 0), await VisibleAsync(estate));
    }

    [Fact]
    public async Task On_a_FIFO_queue_each_group_keeps_its_order_also_where_entries_are_refused()
    {
        await using var estate = await DeadEstate.CreateAsync(isFifo: true);
        await estate.SendLettersAsync(75, groups: 3);
        estate.Sqs.Faults = new SqsFaultPlan
        {
            Rules =
            [
                new() { Kind = SqsFaultKind.PartialBatchFailure, Operation = "SendMessageBatch", Probability = 0.3 },
                new() { Kind = SqsFaultKind.ReplyLost, Operation = "SendMessageBatch", Probability = 0.2 },
            ],
        };

        var result = await estate.RedriveAsync();
        estate.Sqs.Faults = null;

        Assert.Equal(75, result.Count(LetterFate.Redrive));
        var sent = await estate.ReceiveAllAsync(delete: true);
        Assert.Equal(75, sent.Count);
        foreach (var group in sent.GroupBy(x => x.Attributes["MessageGroupId"]))
        {
            Assert.Equal(
                Enumerable.Range(0, 75).Where(i => $"g{i % 3}" == group.Key).Select(i => $"{i}"),
                group.Select(x => x.Body));
        }
    }

    [Fact]
    public async Task A_rate_holds_in_virtual_time_and_a_stop_leaves_every_letter_on_one_of_the_queues()
    {
        await using var estate = await DeadEstate.CreateAsync();
        await estate.SendLettersAsync(40);
        var time = new SignalingTimeProvider();
        using var stop = new CancellationTokenSource();
        var begun = time.GetTimestamp();
        var redriver = estate.Redriver(time: time);

        // Two a second: the sixth pair goes after five seconds.
        var options = new RedriveOptions(PerSecond: 2, IsDryRun: false, Limit: null);
        var running = redriver.RunAsync(
            await estate.FindAsync(), estate.QueueUrl, options, static _ => { }, stop.Token);
        for (var sent = 2; sent <= 12; sent += 2)
        {
            await time.WaitForTimersAsync();
            Assert.Equal(sent, redriver.Result.Count(LetterFate.Redrive));
            Assert.Equal(TimeSpan.FromSeconds((sent / 2) - 1), time.GetElapsedTime(begun));
            if (sent < 12)
            {
                time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        await stop.CancelAsync();
        var end = await running;

        Assert.Equal(new PassEnd(PassEnding.Stopped, Hidden: 0), end);
        Assert.Equal((28, 0), await VisibleAsync(estate));
        Assert.Equal(12, (await estate.DepthAsync(estate.QueueUrl)).Visible);
    }

    [Fact]
    public async Task A_purge_deletes_what_matches_and_nothing_where_nobody_agrees()
    {
        await using var estate = await DeadEstate.CreateAsync();
        await estate.SendLettersAsync(25, "user_id: is missing");
        await estate.SendLettersAsync(15, "ip: is missing");
        var filter = new LetterFilter { Reason = "USER_ID" };

        Assert.Equal((25, 0), await PurgeAsync(estate, filter, () => Task.FromResult(false)));
        Assert.Equal((40, 0), await VisibleAsync(estate));
        Assert.Equal((7, 7), await PurgeAsync(estate, filter with { Limit = 7 }, agree: null));
        Assert.Equal((18, 18), await PurgeAsync(estate, filter, () => Task.FromResult(true)));
        Assert.Equal((15, 0), await VisibleAsync(estate));
    }

    [Fact]
    public async Task A_queue_with_a_redrive_policy_of_its_own_is_refused_and_a_missing_one_is_named()
    {
        await using var estate = await DeadEstate.CreateAsync();
        var arn = (await estate.Client.GetQueueAttributesAsync(estate.QueueUrl, ["QueueArn"])).QueueARN;
        await estate.Client.SetQueueAttributesAsync(estate.DeadUrl, new()
        {
            ["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"{{arn}}","maxReceiveCount":4}""",
        });

        var queue = await estate.FindAsync();

        Assert.Contains("after 4 of them", Assert.Throws<UsageException>(() => queue.RefusePolicy(false)).Message);
        Assert.Same(queue, queue.RefusePolicy(force: true));
        var missing = await Assert.ThrowsAsync<UsageException>(
            () => LetterQueue.FindAsync(estate.Client, "none", CancellationToken.None));
        Assert.Contains("there is no queue 'none'", missing.Message);
    }

    private static async Task<PassEnd> PassAsync(
        DeadEstate estate, Func<IReadOnlyList<ReceivedLetter>, bool> handle, int mostInFlight = 1000) =>
        await new LetterPass(
            estate.Calls, await estate.FindAsync() with { MostInFlight = mostInFlight }, estate.Redrive).RunAsync(
            letters => Task.FromResult(handle(letters)),
            static () => Task.CompletedTask,
            static _ => { },
            CancellationToken.None);

    private static async Task<(long Matched, long Deleted)> PurgeAsync(
        DeadEstate estate, LetterFilter filter, Func<Task<bool>>? agree)
    {
        var purger = new Purger(estate.Calls, estate.Redrive, filter, TimeProvider.System);
        await purger.RunAsync(await estate.FindAsync(), agree, static _ => { }, CancellationToken.None);
        return (purger.Matched.Count, purger.Deleted);
    }

    private static async Task<(long Visible, long InFlight)> VisibleAsync(DeadEstate estate)
    {
        var depth = await estate.DepthAsync(estate.DeadUrl);
        return (depth.Visible, depth.InFlight);
    }

    private static IEnumerable<string> Identities(IEnumerable<Message> messages) =>
        messages.Select(x => x.MessageAttributes[DeadLetterAttributes.OriginalMessageId].StringValue);

    private static SqsFaultPlan Rule(SqsFaultKind kind, string operation, string code) => new()
    {
        Rules = [new() { Kind = kind, Operation = operation, Code = code }],
    };
}

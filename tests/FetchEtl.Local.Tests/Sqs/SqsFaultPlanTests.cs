using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FetchEtl.Testing;

namespace FetchEtl.Local.Tests;

/// <summary>Which calls a plan strikes, and what makes a plan.</summary>
public sealed partial class SqsFaultPlanTests
{
    [Fact]
    public async Task A_seed_strikes_the_same_calls_in_every_run_and_another_seed_strikes_others()
    {
        var one = await StruckAsync(seed: 1, others: 0);

        Assert.Equal(one, await StruckAsync(seed: 1, others: 0));
        Assert.NotEqual(one, await StruckAsync(seed: 2, others: 0));
        Assert.InRange(one.Count, 15, 45);
    }

    [Fact]
    public async Task What_is_called_in_between_changes_nothing() =>
        Assert.Equal(await StruckAsync(seed: 1, others: 0), await StruckAsync(seed: 1, others: 3));

    [Fact]
    public async Task Calls_at_once_are_struck_as_often_as_calls_one_by_one()
    {
        var oneByOne = await StruckAsync(seed: 1, others: 0);
        await using var faulty = await FaultyQueue.StartAsync();
        faulty.Server.Faults = Half(seed: 1);

        await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => IsStruckAsync(faulty, "ListQueueTags")));

        Assert.Equal(oneByOne.Count, faulty.Struck(SqsFaultKind.Error));
    }

    [Fact]
    public async Task A_rule_for_one_queue_leaves_the_others_alone()
    {
        await using var faulty = await FaultyQueue.StartAsync();
        var other = await faulty.Sqs.CreateQueueAsync();
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.Throttling, QueueName = faulty.Queue.Name });

        await other.SendAsync("x");
        await faulty.Sqs.CallAsync("ListQueues", []);

        Assert.Equal("RequestThrottled", (await faulty.Queue.RefusedAsync("SendMessage", new() { ["MessageBody"] = "x" })).Code);
        Assert.Equal(
            "RequestThrottled", (await faulty.Sqs.RefusedAsync("GetQueueUrl", new() { ["QueueName"] = faulty.Queue.Name })).Code);
    }

    [Fact]
    public async Task Several_rules_may_strike_one_call()
    {
        await using var faulty = await FaultyQueue.StartAsync();
        faulty.Set(
            new SqsFaultRule { Kind = SqsFaultKind.ReplyLost, Operation = "SendMessage" },
            new SqsFaultRule { Kind = SqsFaultKind.Latency, Operation = "SendMessage", LatencyMilliseconds = 100 });

        var sending = faulty.Queue.SendAsync("x");
        await faulty.Time.WaitForTimersAsync();
        faulty.Time.Advance(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAsync<HttpRequestException>(() => sending);
        Assert.Equal((1, 0, 0), await faulty.Queue.CountAsync());
        Assert.Equal((1L, 1L), (faulty.Struck(SqsFaultKind.ReplyLost), faulty.Struck(SqsFaultKind.Latency)));
    }

    [Fact]
    public async Task A_refusal_ends_the_call_and_the_rules_behind_it_do_not_count()
    {
        await using var faulty = await FaultyQueue.StartAsync();
        faulty.Set(
            new SqsFaultRule { Kind = SqsFaultKind.ReplyLost, Operation = "SendMessage" },
            new SqsFaultRule { Kind = SqsFaultKind.Throttling, Operation = "SendMessage" },
            new SqsFaultRule { Kind = SqsFaultKind.Error, Operation = "SendMessage" });

        Assert.Equal("RequestThrottled", (await faulty.Queue.RefusedAsync("SendMessage", new() { ["MessageBody"] = "x" })).Code);

        Assert.Equal((0, 0, 0), await faulty.Queue.CountAsync());
        Assert.Equal([SqsFaultKind.Throttling], faulty.Server.FaultCounts.Where(x => x.Value > 0).Select(x => x.Key));
    }

    [Fact]
    public async Task Faults_are_switched_on_and_off_while_it_serves_and_their_counts_stay()
    {
        await using var faulty = await FaultyQueue.StartAsync();
        Assert.Equal(Enum.GetValues<SqsFaultKind>().ToDictionary(x => x, _ => 0L), faulty.Server.FaultCounts);

        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.Throttling });
        await faulty.Queue.RefusedAsync("SendMessage", new() { ["MessageBody"] = "x" });
        faulty.Set();
        await faulty.Queue.SendAsync("x");
        faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.Error });
        await faulty.Queue.RefusedAsync("SendMessage", new() { ["MessageBody"] = "x" });

        Assert.Equal((1L, 1L), (faulty.Struck(SqsFaultKind.Throttling), faulty.Struck(SqsFaultKind.Error)));
    }

    [Fact]
    public async Task A_server_can_start_with_faults()
    {
        var plan = new SqsFaultPlan { Rules = [new() { Kind = SqsFaultKind.Throttling }] };
        await using var server = await LocalSqs.StartAsync(new() { Faults = plan });
        using var sqs = new RawSqs(server.ServiceUrl, WireProtocol.Json);

        Assert.Same(plan, server.Faults);
        Assert.Equal("RequestThrottled", (await sqs.RefusedAsync("ListQueues", [])).Code);
    }

    [Fact]
    public async Task A_bad_rule_is_refused_in_code_as_well()
    {
        await using var faulty = await FaultyQueue.StartAsync();

        var refused = Assert.Throws<ArgumentException>(() => faulty.Set(new SqsFaultRule { Kind = SqsFaultKind.Latency }));

        Assert.Contains("Rule 1: latencyMilliseconds", refused.Message, StringComparison.Ordinal);
        Assert.Null(faulty.Server.Faults);
    }

    [Fact]
    public void A_plan_is_read_whatever_the_case_of_its_members()
    {
        var plan = SqsFaultPlan.Parse(
            """
            {"Seed": -3, "rules": [
                {"kind": "latency", "LatencyMilliseconds": 20, "operation": "SendMessage", "probability": 0.25, "queueName": "q"},
                {"kind": "Error", "code": "AccessDenied"}]}
            """);

        Assert.Equal(-3, plan.Seed);
        var (first, second) = (plan.Rules[0], plan.Rules[1]);
        Assert.Equal(
            (SqsFaultKind.Latency, "SendMessage", "q", 0.25, null, 20),
            (first.Kind, first.Operation, first.QueueName, first.Probability, first.Code, first.LatencyMilliseconds));
        Assert.Equal(
            (SqsFaultKind.Error, null, null, 1.0, "AccessDenied", 0),
            (second.Kind, second.Operation, second.QueueName, second.Probability, second.Code, second.LatencyMilliseconds));
    }

    [Fact]
    public void The_plan_in_README_is_one_and_shows_every_kind()
    {
        var readme = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "README.md"));

        var plan = SqsFaultPlan.Parse(Assert.Single(Example().Matches(readme)).Groups["plan"].Value);

        Assert.Equal(Enum.GetValues<SqsFaultKind>(), plan.Rules.Select(x => x.Kind).Order());
    }

    [Theory]
    [InlineData("""{"rules": [{"kind": "Error"}, {"kind": "Eror"}]}""", "Rule 2", "$.kind", "one of Error, Throttling")]
    [InlineData("""{"rules": [{"kind": "3"}]}""", "Rule 1", "$.kind", "one of Error, Throttling")]
    [InlineData("""{"rules": [{"kind": 3}]}""", "Rule 1", "$.kind", "one of Error, Throttling")]
    [InlineData("""{"rules": [{"probability": 0.5}]}""", "Rule 1", "'kind'", "one of Error, Throttling")]
    [InlineData("""{"rules": [{"kind": "Error", "probability": 1.5}]}""", "Rule 1", "probability is 1.5", "0 (never) to 1 (always)")]
    [InlineData("""{"rules": [{"kind": "Error", "probability": -0.1}]}""", "Rule 1", "probability is -0.1", "0 (never) to 1 (always)")]
    [InlineData("""{"rules": [{"kind": "Error", "probability": "often"}]}""", "Rule 1", "$.probability", "0, never, to 1, always")]
    [InlineData("""{"rules": [{"kind": "Error", "operation": "Send"}]}""", "Rule 1", "'Send'", "SendMessage, SendMessageBatch")]
    [InlineData("""{"rules": [{"kind": "Reordering", "operation": "SendMessage"}]}""", "Rule 1", "'SendMessage'", "ReceiveMessage")]
    [InlineData("""{"rules": [{"kind": "PartialBatchFailure", "operation": "DeleteMessage"}]}""", "Rule 1", "'DeleteMessage'", "DeleteMessageBatch")]
    [InlineData("""{"rules": [{"kind": "Error", "often": true}]}""", "Rule 1", "'often'", "operation, queueName")]
    [InlineData("""{"rules": [{"kind": "Latency"}]}""", "Rule 1", "latencyMilliseconds", "above 0")]
    [InlineData("""{"rules": [{"kind": "Latency", "latencyMilliseconds": 0.5}]}""", "Rule 1", "$.latencyMilliseconds", "a whole number")]
    [InlineData("""{"rules": [{"kind": "Throttling", "latencyMilliseconds": 5}]}""", "Rule 1", "latencyMilliseconds", "no other kind")]
    [InlineData("""{"rules": [{"kind": "Throttling", "code": "X"}]}""", "Rule 1", "code", "leave it out")]
    [InlineData("""{"rules": [{"kind": "Error", "code": "a b"}]}""", "Rule 1", "code", "InternalError")]
    [InlineData("""{"rules": [{"kind": "Error", "queueName": ""}]}""", "Rule 1", "queueName", "leave it out")]
    [InlineData("""{"rules": ["Error"]}""", "Rule 1", "SqsFaultRule", "{\"kind\": one of")]
    [InlineData("""{"rules": [null]}""", "Rule 1", "is null", "{\"kind\": one of")]
    [InlineData("""{"rules": {}}""", "The plan", "$.rules", "\"rules\": [ … ]")]
    [InlineData("""{"rules": null}""", "The plan", "'rules'", "\"rules\": [ … ]")]
    [InlineData("""{"seed": "7"}""", "The plan", "$.seed", "\"seed\": a whole number")]
    [InlineData("""{"rule": []}""", "The plan", "'rule'", "\"rules\": [ … ]")]
    [InlineData("[]", "The plan", "Path: $", "{\"seed\":")]
    [InlineData("""{"seed": 1, "SEED": 2}""", "The plan", "seed", "no name twice")]
    [InlineData("""{"rules": [{"kind": "Error", "kind": "Error"}]}""", "The plan", "kind", "no name twice")]
    [InlineData("{", "The plan", "LineNumber: 0", "{\"seed\":")]
    public void A_bad_plan_is_refused_naming_the_rule_the_fault_and_the_remedy(string json, string where, string fault, string remedy)
    {
        var refused = Assert.Throws<InvalidDataException>(() => SqsFaultPlan.Parse(json));

        Assert.StartsWith(where, refused.Message, StringComparison.Ordinal);
        Assert.Contains(fault, refused.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_bad_rules_are_told_at_once()
    {
        var refused = Assert.Throws<InvalidDataException>(() => SqsFaultPlan.Parse(
            """{"rules": [{"kind": "Error", "probability": 2}, {"kind": "Error"}, {"kind": "Latency"}]}"""));

        Assert.Contains("Rule 1: ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Rule 2: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Rule 3: ", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>The draws are part of what a seed promises: another build must make the same ones. Computed apart from the code under test.</summary>
    [Fact]
    public async Task The_draws_of_a_seed_are_these()
    {
        var struck = await StruckAsync(seed: 1, others: 0);

        Assert.Equal("1 2 3 4 5 7 9 11 12 17 18 22 23 25 27 28", string.Join(' ', struck.Take(16)));
    }

    private static SqsFaultPlan Half(int seed) =>
        new() { Seed = seed, Rules = [new() { Kind = SqsFaultKind.Error, Probability = 0.5 }] };

    /// <summary>Which of 60 calls were struck, with other calls made between them.</summary>
    private static async Task<List<int>> StruckAsync(int seed, int others)
    {
        await using var faulty = await FaultyQueue.StartAsync();
        faulty.Server.Faults = Half(seed);
        var struck = new List<int>();
        for (var i = 0; i < 60; i++)
        {
            if (await IsStruckAsync(faulty, "ListQueueTags"))
            {
                struck.Add(i);
            }

            for (var j = 0; j < others; j++)
            {
                await IsStruckAsync(faulty, "GetQueueAttributes");
            }
        }

        return struck;
    }

    private static async Task<bool> IsStruckAsync(FaultyQueue faulty, string operation)
    {
        try
        {
            await faulty.Queue.CallAsync(operation, operation == "GetQueueAttributes" ? new() { ["AttributeNames"] = new JsonArray("All") } : null);
            return false;
        }
        catch (SqsRefusedException)
        {
            return true;
        }
    }

    [GeneratedRegex("```json\n(?<plan>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Example();
}

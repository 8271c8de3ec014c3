using System.Text.RegularExpressions;
using Amazon.SQS;
using Amazon.SQS.Model;
using FetchEtl.Testing;

namespace FetchEtl.Local.Tests;

/// <summary>Which calls a plan strikes, and which plans are valid.</summary>
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
    public async Task Calls_of_other_operations_in_between_change_nothing() =>
        Assert.Equal(await StruckAsync(seed: 1, others: 0), await StruckAsync(seed: 1, others: 3));

    [Fact]
    public async Task Concurrent_calls_are_struck_as_often_as_sequential_ones()
    {
        var sequential = await StruckAsync(seed: 1, others: 0);
        await using var local = await LocalQueue.StartAsync();
        local.Server.Faults = Half(seed: 1);

        await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => IsStruckAsync(() => ListTagsAsync(local))));

        Assert.Equal(sequential.Count, local.Injected(SqsFaultKind.Error));
    }

    [Fact]
    public async Task A_rule_for_one_queue_does_not_strike_other_queues()
    {
        await using var local = await LocalQueue.StartAsync();
        var other = await TestQueue.CreateAsync(local.Sqs);
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.Throttling, QueueName = local.Queue.Name });

        await other.SendAsync("x");
        await local.Sqs.ListQueuesAsync(new ListQueuesRequest());

        await Assert.ThrowsAsync<RequestThrottledException>(() => local.Queue.SendAsync("x"));
        await Assert.ThrowsAsync<RequestThrottledException>(() => local.Sqs.GetQueueUrlAsync(local.Queue.Name));
    }

    [Fact]
    public async Task Several_rules_can_strike_one_call()
    {
        await using var local = await LocalQueue.StartAsync();
        local.SetFaults(
            new SqsFaultRule { Kind = SqsFaultKind.ReplyLost, Operation = "SendMessage" },
            new SqsFaultRule { Kind = SqsFaultKind.Latency, Operation = "SendMessage", LatencyMilliseconds = 100 });

        var sending = local.Queue.SendAsync("x");
        await local.Time.WaitForTimersAsync();
        local.Advance(0.1);

        await Rejection.LosesReplyAsync(() => sending);
        Assert.Equal((1, 0, 0), await local.Queue.CountAsync());
        Assert.Equal((1L, 1L), (local.Injected(SqsFaultKind.ReplyLost), local.Injected(SqsFaultKind.Latency)));
    }

    [Fact]
    public async Task A_rejection_ends_the_call_and_later_rules_do_not_count()
    {
        await using var local = await LocalQueue.StartAsync();
        local.SetFaults(
            new SqsFaultRule { Kind = SqsFaultKind.ReplyLost, Operation = "SendMessage" },
            new SqsFaultRule { Kind = SqsFaultKind.Throttling, Operation = "SendMessage" },
            new SqsFaultRule { Kind = SqsFaultKind.Error, Operation = "SendMessage" });

        await Assert.ThrowsAsync<RequestThrottledException>(() => local.Queue.SendAsync("x"));

        Assert.Equal((0, 0, 0), await local.Queue.CountAsync());
        Assert.Equal([SqsFaultKind.Throttling], local.Server.FaultCounts.Where(x => x.Value > 0).Select(x => x.Key));
    }

    [Fact]
    public async Task Faults_can_change_while_the_server_runs_and_their_counts_stay()
    {
        await using var local = await LocalQueue.StartAsync();
        Assert.Equal(Enum.GetValues<SqsFaultKind>().ToDictionary(x => x, _ => 0L), local.Server.FaultCounts);

        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.Throttling });
        await Assert.ThrowsAsync<RequestThrottledException>(() => local.Queue.SendAsync("x"));
        local.SetFaults();
        await local.Queue.SendAsync("x");
        local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.Error });
        await Assert.ThrowsAsync<AmazonSQSException>(() => local.Queue.SendAsync("x"));

        Assert.Equal((1L, 1L), (local.Injected(SqsFaultKind.Throttling), local.Injected(SqsFaultKind.Error)));
    }

    [Fact]
    public async Task A_server_can_start_with_faults()
    {
        var plan = new SqsFaultPlan { Rules = [new() { Kind = SqsFaultKind.Throttling }] };
        await using var server = await LocalSqs.StartAsync(new() { Faults = plan });
        using var sqs = SqsEndpoint.Client(server.ServiceUrl);

        Assert.Same(plan, server.Faults);
        await Assert.ThrowsAsync<RequestThrottledException>(() => sqs.ListQueuesAsync(new ListQueuesRequest()));
    }

    [Fact]
    public async Task An_invalid_rule_is_rejected_in_code_too()
    {
        await using var local = await LocalQueue.StartAsync();

        var failure = Assert.Throws<ArgumentException>(
            () => local.SetFaults(new SqsFaultRule { Kind = SqsFaultKind.Latency }));

        Assert.Contains("Rule 1: latencyMilliseconds", failure.Message, StringComparison.Ordinal);
        Assert.Null(local.Server.Faults);
    }

    [Fact]
    public void The_names_of_members_can_have_any_letter_case()
    {
        var plan = SqsFaultPlan.Parse(
            """
            {"Seed": -3, "rules": [
                {"kind": "latency", "LatencyMilliseconds": 20, "operation": "SendMessage", "probability": 0.25,
                    "queueName": "q"},
                {"kind": "Error", "code": "AccessDenied"}]}
            """);

        Assert.Equal(-3, plan.Seed);
        var (first, second) = (plan.Rules[0], plan.Rules[1]);
        Assert.Equal(
            (SqsFaultKind.Latency, "SendMessage", "q", 0.25, null, 20),
            (first.Kind, first.Operation, first.QueueName, first.Probability, first.Code, first.LatencyMilliseconds));
        Assert.Equal(
            (SqsFaultKind.Error, null, null, 1.0, "AccessDenied", 0),
            (second.Kind,
                second.Operation,
                second.QueueName,
                second.Probability,
                second.Code,
                second.LatencyMilliseconds));
    }

    [Fact]
    public void The_documented_plan_is_valid_and_shows_every_kind()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "docs", "operations.md"));

        var plan = SqsFaultPlan.Parse(Assert.Single(Example().Matches(page)).Groups["plan"].Value);

        Assert.Equal(Enum.GetValues<SqsFaultKind>(), plan.Rules.Select(x => x.Kind).Order());
    }

    [Theory]
    [InlineData("""{"rules": [{"kind": "Error"}, {"kind": "Eror"}]}""", "Rule 2", "$.kind", "one of Error, Throttling")]
    [InlineData("""{"rules": [{"kind": "3"}]}""", "Rule 1", "$.kind", "one of Error, Throttling")]
    [InlineData("""{"rules": [{"kind": 3}]}""", "Rule 1", "$.kind", "one of Error, Throttling")]
    [InlineData("""{"rules": [{"probability": 0.5}]}""", "Rule 1", "'kind'", "one of Error, Throttling")]
    [InlineData(
        """{"rules": [{"kind": "Error", "probability": 1.5}]}""",
        "Rule 1", "probability is 1.5", "0 (never) to 1 (always)")]
    [InlineData(
        """{"rules": [{"kind": "Error", "probability": -0.1}]}""",
        "Rule 1", "probability is -0.1", "0 (never) to 1 (always)")]
    [InlineData(
        """{"rules": [{"kind": "Error", "probability": "often"}]}""",
        "Rule 1", "$.probability", "0, never, to 1, always")]
    [InlineData(
        """{"rules": [{"kind": "Error", "operation": "Send"}]}""",
        "Rule 1", "'Send'", "SendMessage, SendMessageBatch")]
    [InlineData(
        """{"rules": [{"kind": "Reordering", "operation": "SendMessage"}]}""",
        "Rule 1", "'SendMessage'", "ReceiveMessage")]
    [InlineData(
        """{"rules": [{"kind": "PartialBatchFailure", "operation": "DeleteMessage"}]}""",
        "Rule 1", "'DeleteMessage'", "DeleteMessageBatch")]
    [InlineData("""{"rules": [{"kind": "Error", "often": true}]}""", "Rule 1", "'often'", "operation, queueName")]
    [InlineData("""{"rules": [{"kind": "Latency"}]}""", "Rule 1", "latencyMilliseconds", "above 0")]
    [InlineData(
        """{"rules": [{"kind": "Latency", "latencyMilliseconds": 0.5}]}""",
        "Rule 1", "$.latencyMilliseconds", "a whole number")]
    [InlineData(
        """{"rules": [{"kind": "Throttling", "latencyMilliseconds": 5}]}""",
        "Rule 1", "latencyMilliseconds", "only Latency")]
    [InlineData("""{"rules": [{"kind": "Throttling", "code": "X"}]}""", "Rule 1", "code", "omit it")]
    [InlineData("""{"rules": [{"kind": "Error", "code": "a b"}]}""", "Rule 1", "code", "InternalError")]
    [InlineData("""{"rules": [{"kind": "Error", "queueName": ""}]}""", "Rule 1", "queueName", "omit it")]
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
    public void An_invalid_plan_is_rejected_with_the_rule_the_problem_and_the_remedy(
        string json, string where, string fault, string remedy)
    {
        var failure = Assert.Throws<InvalidDataException>(() => SqsFaultPlan.Parse(json));

        Assert.StartsWith(where, failure.Message, StringComparison.Ordinal);
        Assert.Contains(fault, failure.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_invalid_rules_are_reported_at_once()
    {
        var failure = Assert.Throws<InvalidDataException>(() => SqsFaultPlan.Parse(
            """{"rules": [{"kind": "Error", "probability": 2}, {"kind": "Error"}, {"kind": "Latency"}]}"""));

        Assert.Contains("Rule 1: ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Rule 2: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Rule 3: ", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// A seed promises its draws, so every build must draw the same. The numbers were computed apart from the code.
    /// </summary>
    [Fact]
    public async Task A_seed_always_has_the_same_draws()
    {
        var struck = await StruckAsync(seed: 1, others: 0);

        Assert.Equal("1 2 3 4 5 7 9 11 12 17 18 22 23 25 27 28", string.Join(' ', struck.Take(16)));
    }

    private static SqsFaultPlan Half(int seed) =>
        new() { Seed = seed, Rules = [new() { Kind = SqsFaultKind.Error, Probability = 0.5 }] };

    /// <summary>Returns which of 60 calls were struck, with other calls between them.</summary>
    private static async Task<List<int>> StruckAsync(int seed, int others)
    {
        await using var local = await LocalQueue.StartAsync();
        local.Server.Faults = Half(seed);
        var struck = new List<int>();
        for (var i = 0; i < 60; i++)
        {
            if (await IsStruckAsync(() => ListTagsAsync(local)))
            {
                struck.Add(i);
            }

            for (var j = 0; j < others; j++)
            {
                await IsStruckAsync(() => local.Queue.ArnAsync());
            }
        }

        return struck;
    }

    private static Task<ListQueueTagsResponse> ListTagsAsync(LocalQueue local) =>
        local.Sqs.ListQueueTagsAsync(new ListQueueTagsRequest { QueueUrl = local.Queue.Url });

    private static async Task<bool> IsStruckAsync(Func<Task> call)
    {
        try
        {
            await call();
            return false;
        }
        catch (AmazonSQSException)
        {
            return true;
        }
    }

    [GeneratedRegex(
        "```json\n(?<plan>\\{\n  \"seed\".*?)```",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Example();
}

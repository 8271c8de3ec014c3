using Xunit.Abstractions;

namespace FetchEtl.Sqs.Tests;

/// <summary>
/// Shows that the histories find defects: each mutant breaks a rule in one of the ordinary run's histories.
/// </summary>
[Trait("Category", "Slow")]
public sealed class LeaseMutants(ITestOutputHelper output)
{
    /// <summary>The name of each mutant, the snippet of Lease.cs, and its replacement.</summary>
    public static TheoryData<string, string, string> All => new()
    {
        {
            "a renewal is dropped",
            "return LeaseAction.Renew;",
            "_renewing = false; return LeaseAction.None;"
        },
        {
            "a renewal comes too late",
            "_heldUntil - now > visibilityTimeout / 2",
            "_heldUntil - now > visibilityTimeout / 20"
        },
        { "a renewal comes too often", " || _heldUntil - now > visibilityTimeout / 2)", ")" },
        { "an accepted renewal does not count", "? _renewedUntil : now", "? _heldUntil : now" },
        {
            "a refused renewal does not lose the lease",
            "? _renewedUntil : now",
            "? _renewedUntil : _heldUntil"
        },
        {
            "a renewal refused for now loses the lease",
            "if (receiptHandle == NewestHandle && answer != EntryAnswer.RefusedForNow)",
            "if (receiptHandle == NewestHandle)"
        },
        {
            "the reply about an older delivery counts",
            "if (receiptHandle == NewestHandle && answer != EntryAnswer.RefusedForNow)",
            "if (answer != EntryAnswer.RefusedForNow)"
        },
        { "the cap of twelve hours is ignored", "Durations.Min(left, visibilityTimeout)", "visibilityTimeout" },
        {
            "a renewal asks for parts of a second",
            "Math.Floor((_receivedAt + Longest - now).TotalSeconds)",
            "(_receivedAt + Longest - now).TotalSeconds"
        },
        {
            "a renewal runs beside a settlement",
            "_renewing || _underWay > 0 || IsLost(now)",
            "_renewing || IsLost(now)"
        },
        { "a renewal runs beside a renewal", "!isNeeded || _renewing ||", "!isNeeded ||" },
        {
            "a settlement does not wait for a renewal",
            "State != LeaseState.Settling || _renewing)",
            "State != LeaseState.Settling)"
        },
        {
            "a settlement renews its lease while stopping",
            "(State == LeaseState.Settling && !stopping)",
            "State == LeaseState.Settling"
        },
        {
            "a lease is not renewed while its refused settlement waits",
            " || (State == LeaseState.Settling && !stopping)",
            string.Empty
        },
        {
            "a lost lease is settled",
            "_unsettled.Length == 0 || IsLost(now))",
            "_unsettled.Length == 0)"
        },
        {
            "a lost lease sends a dead letter",
            "        if (IsLost(now))\n        {\n            return Decide(Settlement.Release, now);",
            "        if (false)\n        {\n            return Decide(Settlement.Release, now);"
        },
        {
            "a message is deleted before its dead letter is accepted",
            "_deadLettering = true;\n        return LeaseAction.SendDeadLetter;",
            "return Decide(Settlement.Delete, now);"
        },
        {
            "a refused dead letter deletes",
            "accepted ? Settlement.Delete : new Settlement(delay)",
            "Settlement.Delete"
        },
        {
            "a failed message is deleted",
            "Decide(new Settlement(delay), now) : LeaseAction.None",
            "Decide(Settlement.Delete, now) : LeaseAction.None"
        },
        {
            "giving up deletes",
            "return IsUndecided ? Decide(Settlement.Release, now)",
            "return IsUndecided ? Decide(Settlement.Delete, now)"
        },
        {
            "the second verdict counts",
            "State == LeaseState.Held && !_deadLettering",
            "State != LeaseState.Closed"
        },
        {
            "a verdict counts beside a dead letter under way",
            "State == LeaseState.Held && !_deadLettering",
            "State == LeaseState.Held"
        },
        {
            "a duplicate's handle is forgotten",
            "_unsettled = [.. _unsettled, receiptHandle];\n\n",
            "\n"
        },
        {
            "a late reply of an older receive counts as the newest",
            "receiveCount >= _receiveCount",
            "receiveCount >= 0"
        },
        {
            "a later delivery does not count as the newest",
            "receiveCount >= _receiveCount",
            "receiveCount < 0"
        },
        {
            "a delivery is settled twice",
            "_unsettled = [];\n        return LeaseAction.Settle;",
            "return LeaseAction.Settle;"
        },
        {
            "a refused settlement is forgotten",
            "answer == EntryAnswer.RefusedForNow && !_finalAttempt",
            "false"
        },
        {
            "a settlement is retried without delay",
            "RetryAt = now + retryDelay;",
            "RetryAt = now;"
        },
        { "a settlement does not wait for its delay", "if (now < RetryAt)", "if (false)" },
        {
            "the retry is never asked for",
            "action == LeaseAction.None ? LeaseAction.Wait : action",
            "action == LeaseAction.Wait ? LeaseAction.Wait : action"
        },
        {
            "the wait outlasts the lease",
            "_underWay > 0 ? LeaseAction.None : Close",
            "_underWay >= 0 ? LeaseAction.None : Close"
        },
        {
            "a lease closes beside a call under way",
            "_underWay > 0 ? LeaseAction.None : Close",
            "false ? LeaseAction.None : Close"
        },
        {
            "an older delivery's settlement closes the lease",
            "receiptHandle == NewestHandle && answer != EntryAnswer.RefusedForNow\n",
            "answer != EntryAnswer.RefusedForNow\n"
        },
        {
            "giving up is forgotten",
            "return IsUndecided ? Decide(Settlement.Release, now) : ContinueSettling(now);",
            "return LeaseAction.None;"
        },
        { "giving up retries for ever", "_finalAttempt = true;", "_finalAttempt = false;" },
        { "giving up waits for the delay of a retry", "        RetryAt = now;\n", string.Empty },
        {
            "giving up settles beside a dead letter under way",
            "return IsUndecided ? Decide(Settlement.Release, now)",
            "return State == LeaseState.Held ? Decide(Settlement.Release, now)"
        },
        {
            "a delete that SQS refused counts as done",
            "answer == EntryAnswer.Accepted;\n        return",
            "(answer == EntryAnswer.Accepted || _finalAttempt);\n        return"
        },
        {
            "the delete of an older delivery counts",
            "Settlement.Deletes && receiptHandle == NewestHandle && answer == EntryAnswer.Accepted;",
            "WasDeleted || (Settlement.Deletes && answer == EntryAnswer.Accepted);"
        },
        {
            "a return counts as a delete",
            "WasDeleted = Settlement.Deletes && ",
            "WasDeleted = "
        },
        { "a closed lease returns a step", "if (State == LeaseState.Closed)", "if (false)" },
    };

    [Theory]
    [MemberData(nameof(All))]
    public void The_histories_find_a_mutant(string mutant, string snippet, string replacement)
    {
        var open = LeaseMutant.Compile(snippet, replacement);

        for (var seed = 0; seed < LeaseHistories.Ordinary; seed++)
        {
            if (LeaseHistory.Run(seed, open) is { } failure)
            {
                output.WriteLine($"Found after {seed + 1} histories: {mutant}.\n{failure}");
                return;
            }
        }

        Assert.Fail($"{LeaseHistories.Ordinary} histories did not find that {mutant}.");
    }
}

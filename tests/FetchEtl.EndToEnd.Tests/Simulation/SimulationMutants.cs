using FetchEtl.Benchmarks;
using Xunit.Abstractions;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// Shows that the simulation finds defects: each mutant of the product breaks a rule within the schedules of the
/// ordinary run.
/// </summary>
[Trait("Category", "Long")]
public sealed class SimulationMutants(ITestOutputHelper output)
{
    private const int Schedules = 2_000;

    /// <summary>The name of each mutant, its file, the snippet, and its replacement.</summary>
    public static TheoryData<string, string, string, string> All => new()
    {
        {
            "a message is deleted before its row is committed",
            "LoginWriter.cs",
            "return pending.Task;",
            "return Task.CompletedTask;"
        },
        {
            "a commit whose outcome is unknown counts",
            "BatchAttempt.cs",
            "ResultOf(fault, batch, turn, stopping),\n                time.GetElapsedTime(started),",
            """
            ResultOf(fault, batch, turn, stopping) switch
            {
                BatchResult.Unavailable => BatchResult.Committed,
                var result => result,
            },
            time.GetElapsedTime(started),
            new BatchWrite(0, []),
            """
        },
        {
            "rows that are missing count as duplicates",
            "BatchWriter.cs",
            "var missing = outcome.Write.Missing;",
            "IReadOnlyList<PendingLogin> missing = [];"
        },
        {
            "the SQLSTATE's class alone blames a row",
            "RowFaults.cs",
            "if (fault.IsFromFunction)",
            "if (fault.SqlState is ['2', '2' or '3', ..]) { return true; } if (false)"
        },
        {
            "a refused row is retried without a delay",
            "SuspectLoop.cs",
            "delay.After(suspect.Refusals + suspect.Conflicts)",
            "0 * delay.After(suspect.Refusals)"
        },
        {
            "a refused delete is retried without a delay",
            "CallLane.cs",
            "now + backoff.After(_refusals, Backoff.LongestRetry)",
            "now"
        },
        {
            "receives that fail, or find nothing, are repeated at once",
            "SqsPoller.cs",
            "private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(1);",
            "private static readonly TimeSpan LongestIdle = TimeSpan.Zero;"
        },
        {
            "drain trusts the counts alone",
            "DrainLoop.cs",
            "seen.InFlight == 0 && seen.EmptyReceives >= receives",
            "true"
        },
        {
            "a failed statement is retried without a delay",
            "WriterCircuit.cs",
            "delay.After(++_failures)",
            "TimeSpan.Zero * ++_failures"
        },
        {
            "each delivery has an identity of its own",
            "LeaseLoop.cs",
            "deadLetters.Identities.Read(message)",
            "new MessageIdentity(message.ReceiptHandle, default)"
        },
        {
            "leases are not renewed",
            "Lease.cs",
            "return LeaseAction.Renew;",
            "_renewing = false; return LeaseAction.None;"
        },
    };

    /// <summary>The name of each rule of the statement's SQL, and the rules without it.</summary>
    public static TheoryData<string> Rules => [.. RulesOff.Keys];

    private static Dictionary<string, StatementRules> RulesOff { get; } = new()
    {
        ["a cancelled wait for the standby counts as a commit"] = new() { WaitsForStandby = false },
        ["rows that are there count without the standby's confirmation"] = new() { ConfirmsDuplicates = false },
        ["rows that are not inserted count as duplicates without a look"] = new() { LooksUpMissing = false },
    };

    [Theory]
    [MemberData(nameof(All))]
    public void The_schedules_find_a_mutant(string mutant, string file, string snippet, string replacement) =>
        Find(mutant, SimulationMutant.Compile(file, snippet, replacement));

    /// <summary>Defects that show in rare cases only.</summary>
    [Theory]
    [InlineData(
        nameof(Focus.FailingStop),
        "SqsPoller.cs",
        "catch (Exception) when (ending.IsCancellationRequested)",
        "catch (OperationCanceledException) when (ending.IsCancellationRequested)")]
    [InlineData(nameof(Focus.HiddenMessages), "LeaseLoop.cs", "metrics.Hidden(hidden);", "")]
    [InlineData(
        nameof(Focus.HiddenMessages), "SqsPoller.cs", "if (SqsErrors.MayHideMessages(exception))", "if (false)")]
    [InlineData(
        nameof(Focus.HiddenMessages),
        "SqsPoller.cs",
        "MayBeHidden() => services.Metrics.Hidden(settings.VisibilityTimeout);",
        "MayBeHidden() => services.Metrics.ReceivedNothing(services.Metrics.ReceiveBegins());")]
    [InlineData(nameof(Focus.RefusedConflicts), "SuspectLoop.cs", "suspect.Conflicts++;", "suspect.Conflicts = 0;")]
    public void Schedules_of_a_rare_case_find_a_mutant(string focus, string file, string snippet, string replacement) =>
        Find(
            $"'{snippet}' is '{replacement}'",
            SimulationMutant.Compile(file, snippet, replacement),
            Enum.Parse<Focus>(focus));

    /// <summary>
    /// These rules are SQL, so the simulated PostgreSQL stands for them: see <see cref="StatementRules"/>.
    /// </summary>
    [Theory]
    [MemberData(nameof(Rules))]
    public void The_schedules_find_that_a_rule_of_the_statement_is_missing(string mutant) =>
        Find(mutant, (seed, _) => Schedule.Run(seed, rules: RulesOff[mutant]).Violation);

    [Fact]
    public void Sources_without_a_defect_break_no_rule()
    {
        var judge = SimulationMutant.CompileUnchanged();

        for (var seed = 0; seed < 100; seed++)
        {
            Assert.Null(judge(seed, (int)Focus.None));
        }
    }

    private void Find(string mutant, Func<int, int, string?> judge, Focus focus = Focus.None)
    {
        for (var seed = 0; seed < Schedules; seed++)
        {
            if (judge(seed, (int)focus) is { } violation)
            {
                output.WriteLine($"Found after {seed + 1} schedules: {mutant}.\n{violation}");
                return;
            }
        }

        Assert.Fail($"{Schedules} schedules did not find that {mutant}.");
    }
}

namespace FetchEtl.Service.Tests;

/// <summary>The printed report, the estimate and the limit of a call: pure parts of <c>doctor</c>.</summary>
public sealed class DoctorTextTests
{
    [Fact]
    public void Lines_are_aligned_and_keep_the_width()
    {
        var section = new SectionResult(
            "Queue",
            [
                Checks.Queue.Ok("login-queue exists"),
                Checks.QueueRetention.Warn(
                    "1 hour: SQS deletes what an outage keeps waiting for longer", "raise MessageRetentionPeriod"),
                Checks.QueueType.Skip("login-queue does not exist"),
                Checks.QueueMessages.Skip("its attributes cannot be read"),
                Checks.QueueEncryption.Skip("its attributes cannot be read"),
            ]);

        var lines = DoctorText.Lines(section, 80).Select(line => line.Text).ToList();

        Assert.Equal(
            [
                "Queue",
                "  √ queue               login-queue exists.",
                "  ‼ retention           1 hour: SQS deletes what an outage keeps waiting for",
                "                        longer.",
                "                        Remedy: raise MessageRetentionPeriod.",
                "                        See docs/doctor.md#queue",
                "  - type                not checked, because login-queue does not exist.",
                "  - 2 checks            not checked, because its attributes cannot be read.",
                "",
            ],
            lines);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 79));
    }

    [Fact]
    public void A_question_and_statements_of_SQL_keep_their_own_marks_and_each_statement_its_line()
    {
        var section = new SectionResult(
            "PostgreSQL",
            [
                Checks.Sections.Fail("Maskng is not a section of settings", "did you mean Masking?"),
                TableRights.Judge([("INSERT", "user_logins"), ("SELECT", "erased_messages")], "\"My role\""),
            ]);

        var lines = DoctorText.Lines(section, 80).Select(line => line.Text.TrimStart()).ToList();

        Assert.Contains("Remedy: did you mean Masking?", lines);
        Assert.Contains("GRANT INSERT ON user_logins TO \"My role\";", lines);
        Assert.Contains("GRANT SELECT ON erased_messages TO \"My role\";", lines);
    }

    [Fact]
    public void The_cost_keeps_its_indent_where_a_line_is_wrapped()
    {
        var report = new DoctorReport([], CostEstimate.Of(new SqsSettings(), isFifo: false));

        var lines = DoctorText.Summary(report, 20, width: 80).TakeWhile(line => line.Length > 0).ToList();

        Assert.Equal(5, lines.Count);
        Assert.All(lines[1..], line => Assert.StartsWith("  ", line, StringComparison.Ordinal));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 79));
    }

    [Theory]
    [InlineData(20, 4320)]
    [InlineData(1, 86_400)]
    [InlineData(0, 86_400)]
    public void An_idle_day_has_one_poll_after_another(int wait, long calls)
    {
        var cost = CostEstimate.Of(new SqsSettings { WaitTimeSeconds = wait }, isFifo: wait == 1);

        Assert.Equal(calls, cost.IdleCallsPerDay);
        Assert.Equal(205_000, cost.CallsPerMillionMessages);
        Assert.Equal(wait == 1 ? "FIFO queue requests" : "standard queue requests", cost.PriceClass);
    }

    [Fact]
    public async Task A_call_that_does_not_end_is_left_after_its_limit()
    {
        var limit = new CallLimit(TimeProvider.System, TimeSpan.FromMilliseconds(20));

        // It does not react to its cancellation either.
        await Assert.ThrowsAsync<TimeoutException>(
            () => limit.RunAsync(_ => new TaskCompletionSource<int>().Task, CancellationToken.None));
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => limit.RunAsync(_ => new TaskCompletionSource<int>().Task, stop.Token));
    }

    [Theory]
    [InlineData(0, CheckStatus.Ok)]
    [InlineData(3, CheckStatus.Ok)]
    [InlineData(-4, CheckStatus.Warning)]
    [InlineData(300, CheckStatus.Warning)]
    [InlineData(-301, CheckStatus.Error)]
    public void A_clock_is_judged_by_what_AWS_accepts(int seconds, object status)
    {
        var there = DateTimeOffset.UnixEpoch;

        Assert.Equal(status, ClockRules.JudgeSqs(new ClockReading(there, there.AddSeconds(seconds))).Status);
    }
}

using System.Diagnostics.Metrics;
using FetchEtl.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// The circuit breaker by itself, in fake time and without random shares: delays are 100, 200, 400 ms and so on.
/// </summary>
public sealed class WriterCircuitTests
{
    private static readonly DatabaseFault Lost = new(FaultKind.Transient, "08006", "the connection failed");
    private static readonly DatabaseFault ReadOnly = new(FaultKind.Operator, "25006", "read-only: name the primary");

    private static readonly DatabaseFault Exhausted = new(FaultKind.Refused, "2200H", "at its end: raise its MAXVALUE");

    private readonly SignalingTimeProvider _time = new();
    private readonly RecordedLogs _logs = new();
    private readonly WriterCircuit _circuit;

    public WriterCircuitTests() =>
        _circuit = new WriterCircuit(new RetryDelay(new NoRandom()), _time, new Logger<LoginWriter>(_logs));

    [Fact]
    public async Task A_closed_circuit_lets_statements_and_receivers_through_at_once()
    {
        using var turn = await WaitForTurn();
        turn.Succeeded();

        Assert.True(_circuit.WaitForEndAsync(CancellationToken.None).IsCompletedSuccessfully);
        Assert.Equal(CircuitState.Closed, _circuit.State);
        Assert.Empty(_logs.Texts);
    }

    [Theory]
    [InlineData("NpgsqlException", "The writer cannot commit logins: the connection failed")]
    [InlineData("08006", "The writer cannot commit logins: 08006, the connection failed")]
    public async Task Health_gives_a_SQLSTATE_where_there_is_one_and_never_the_name_of_an_exception(
        string state, string description)
    {
        await FailAsync(Lost with { SqlState = state });
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new LoginMetrics(services.GetRequiredService<IMeterFactory>(), _time);
        var held = new HeldRefusals(_circuit, metrics, _time, new Logger<LoginWriter>(_logs));

        var health = await new LoginWriterHealthCheck(_circuit, held).CheckHealthAsync(new HealthCheckContext());

        Assert.Equal(description, health.Description);
    }

    [Theory]
    [InlineData(0.14, "0.1 s")]
    [InlineData(42, "42 s")]
    [InlineData(61, "1 min 1 s")]
    [InlineData(3 * 3600, "3 h 0 min")]
    [InlineData(26 * 3600, "1 d 2 h")]
    public void An_outage_is_logged_in_its_two_largest_units(double seconds, string text) =>
        Assert.Equal(text, DurationText.Of(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public async Task The_first_failure_opens_the_circuit_and_a_probe_that_commits_closes_it()
    {
        await FailAsync(Lost);
        var receiver = _circuit.WaitForEndAsync(CancellationToken.None);
        var waiting = WaitForTurn();
        Assert.Equal(CircuitState.Open, _circuit.State);

        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        using var probe = await waiting;
        Assert.Equal(CircuitState.HalfOpen, _circuit.State);
        Assert.False(receiver.IsCompleted);
        Assert.Equal(Lost, _circuit.Fault);

        probe.Succeeded();
        await receiver;
        Assert.Equal(CircuitState.Closed, _circuit.State);
        Assert.Null(_circuit.Fault);
        Assert.Equal(
            [
                "Warning 2000 PostgreSQL cannot commit logins (08006: the connection failed). " +
                "The writer retries until it can ",
                "Information 2002 PostgreSQL commits logins again after 0.1 s ",
            ],
            _logs.Texts);
        Assert.Contains(KeyValuePair.Create<string, object?>("OutageSeconds", 0.1), _logs.States[1]);
    }

    [Theory]
    [InlineData("25006", "25006")]
    [InlineData("MaskingRefusedException", null)]
    public async Task A_line_has_cause_and_remedy_as_values_and_a_SQLSTATE_only_where_the_server_gave_one(
        string error, string? sqlState)
    {
        await FailAsync(ReadOnly with { SqlState = error });

        Assert.Equal(
            $"Error 2001 PostgreSQL cannot commit logins ({error}): read-only: name the primary. The writer retries "
            + "until it can ",
            Assert.Single(_logs.Texts));
        var state = _logs.States[0].ToDictionary();
        Assert.Equal(
            ("read-only", "name the primary", error, sqlState),
            (state["Cause"], state["Remedy"], state["Error"], state["SqlState"]));
    }

    [Fact]
    public async Task One_batch_at_a_time_probes_and_the_others_follow_when_it_commits()
    {
        await FailAsync(Lost);
        var waiting = Enumerable.Range(0, 4).Select(_ => WaitForTurn()).ToList();

        _time.Advance(TimeSpan.FromMilliseconds(100));
        var probe = await TakeFinishedAsync(waiting);
        Assert.DoesNotContain(waiting, turn => turn.IsCompleted);
        probe.Failed(Lost);

        _time.Advance(TimeSpan.FromMilliseconds(200));
        probe = await TakeFinishedAsync(waiting);
        Assert.DoesNotContain(waiting, turn => turn.IsCompleted);
        probe.Succeeded();

        await Task.WhenAll(waiting);
        Assert.Equal(CircuitState.Closed, _circuit.State);
    }

    [Fact]
    public async Task The_delay_doubles_with_each_failed_probe_up_to_five_seconds_and_starts_anew_in_the_next_outage()
    {
        int[] delays = [100, 200, 400, 800, 1600, 3200, 5000, 5000];
        await FailAsync(Lost);

        foreach (var delay in delays)
        {
            var waiting = WaitForTurn();
            _time.Advance(TimeSpan.FromMilliseconds(delay - 1));
            Assert.False(waiting.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            (await waiting).Failed(Lost);
        }

        _time.Advance(TimeSpan.FromSeconds(5));
        (await WaitForTurn()).Succeeded();
        await FailAsync(Lost);
        var again = WaitForTurn();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await again;
    }

    [Fact]
    public async Task A_statement_that_began_before_the_outage_neither_ends_nor_prolongs_it()
    {
        using var commits = await WaitForTurn();
        using var fails = await WaitForTurn();
        await FailAsync(Lost);

        commits.Succeeded();
        fails.Failed(Lost);

        Assert.Equal(CircuitState.Open, _circuit.State);
        var waiting = WaitForTurn();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        using var probe = await waiting;
        Assert.Equal(CircuitState.HalfOpen, _circuit.State);
    }

    [Fact]
    public async Task Each_SQLSTATE_of_an_outage_is_logged_once_and_again_in_the_next_outage()
    {
        for (var outage = 0; outage < 2; outage++)
        {
            await FailAsync(Lost);
            foreach (var fault in new[] { Lost, ReadOnly, Lost, ReadOnly })
            {
                _time.Advance(TimeSpan.FromSeconds(5));
                (await WaitForTurn()).Failed(fault);
                Assert.Equal(fault, _circuit.Fault);
            }

            _time.Advance(TimeSpan.FromSeconds(5));
            (await WaitForTurn()).Succeeded();
        }

        Assert.Equal(2, _logs.CountOf(2000));
        Assert.Equal(2, _logs.CountOf(2001));
        Assert.Equal(2, _logs.CountOf(2002));
    }

    [Fact]
    public async Task A_probe_that_ends_without_an_outcome_leaves_the_probe_to_another_batch_at_once()
    {
        await FailAsync(Lost);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        var probe = await WaitForTurn();
        var waiting = WaitForTurn();

        probe.Dispose();

        using var next = await waiting;
        Assert.Equal(CircuitState.HalfOpen, _circuit.State);
    }

    [Fact]
    public async Task A_batch_whose_callers_all_cancelled_waits_no_longer()
    {
        await FailAsync(Lost);
        using var cancelled = new CancellationTokenSource();
        var waiting = _circuit.WaitForTurnAsync(Batch(cancelled.Token), isSuspect: false, CancellationToken.None);

        await cancelled.CancelAsync();

        using var turn = await waiting;
        Assert.Equal(CircuitState.Open, _circuit.State);
    }

    [Fact]
    public async Task Stopping_lets_every_waiting_batch_run_although_the_circuit_is_open()
    {
        await FailAsync(Lost);
        using var stopping = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 3)
            .Select(_ => _circuit.WaitForTurnAsync(Batch(), isSuspect: false, stopping.Token))
            .ToList();

        await stopping.CancelAsync();

        await Task.WhenAll(waiting);
        Assert.Equal(CircuitState.Open, _circuit.State);
    }

    [Fact]
    public async Task With_no_row_left_receivers_continue_five_seconds_after_the_retry_time_and_their_row_probes()
    {
        await FailAsync(Lost);
        var receiver = _circuit.WaitForEndAsync(CancellationToken.None);

        _time.Advance(TimeSpan.FromMilliseconds(5099));
        Assert.False(receiver.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await receiver;
        Assert.Equal(Lost, _circuit.Fault);

        (await WaitForTurn()).Failed(Lost);
        Assert.False(_circuit.WaitForEndAsync(CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task A_probe_that_takes_long_keeps_receivers_waiting()
    {
        await FailAsync(Lost);
        var receiver = _circuit.WaitForEndAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        using var probe = await WaitForTurn();

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(receiver.IsCompleted);

        probe.Succeeded();
        await receiver;
    }

    [Fact]
    public async Task A_receiver_that_cancels_waits_no_longer()
    {
        await FailAsync(Lost);
        using var cancelled = new CancellationTokenSource();
        var receiver = _circuit.WaitForEndAsync(cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiver);
    }

    [Fact]
    public async Task A_brake_keeps_batches_and_receivers_waiting_and_only_refused_rows_probe()
    {
        Assert.True(_circuit.Brake(Exhausted));
        Assert.False(_circuit.Brake(Exhausted));
        var batch = WaitForTurn();
        var receiver = _circuit.WaitForEndAsync(CancellationToken.None);

        foreach (var delay in new[] { 100, 200, 400, 800, 1600, 3200, 5000, 5000 })
        {
            var suspect = WaitForTurn(isSuspect: true);
            _time.Advance(TimeSpan.FromMilliseconds(delay - 1));
            Assert.False(suspect.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            (await suspect).Refused(Exhausted);
            Assert.False(batch.IsCompleted || receiver.IsCompleted);
            Assert.Equal(FaultKind.Operator, _circuit.Fault!.Value.Kind);
        }

        var last = WaitForTurn(isSuspect: true);
        _time.Advance(TimeSpan.FromSeconds(5));
        (await last).Succeeded();

        await receiver;
        (await batch).Dispose();
        Assert.Null(_circuit.Fault);
        Assert.Equal(1, _circuit.BrakesEnded);
    }

    [Fact]
    public async Task An_outage_during_a_brake_is_reported_and_the_brake_outlasts_it()
    {
        _circuit.Brake(Exhausted);
        _time.Advance(TimeSpan.FromSeconds(5));
        (await WaitForTurn(isSuspect: true)).Failed(Lost);
        Assert.Equal(Lost, _circuit.Fault);

        _time.Advance(TimeSpan.FromSeconds(5));
        (await WaitForTurn(isSuspect: true)).Refused(Exhausted);

        Assert.Equal("2200H", _circuit.Fault!.Value.SqlState);
        Assert.NotNull(_circuit.BrakedBy);
        Assert.Equal(1, _logs.CountOf(2000));
    }

    [Fact]
    public async Task A_row_that_is_refused_for_another_reason_ends_the_brake()
    {
        _circuit.Brake(Exhausted);
        _time.Advance(TimeSpan.FromSeconds(5));

        (await WaitForTurn(isSuspect: true)).Refused(new DatabaseFault(FaultKind.Refused, "23514", "no partition"));

        Assert.Null(_circuit.BrakedBy);
        Assert.Equal(CircuitState.Closed, _circuit.State);
    }

    [Fact]
    public async Task A_probe_that_began_before_the_brake_does_not_end_it()
    {
        await FailAsync(Lost);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        using var probe = await WaitForTurn();
        _circuit.Brake(Exhausted);

        probe.Succeeded();

        Assert.NotNull(_circuit.BrakedBy);
        Assert.Equal(CircuitState.Open, _circuit.State);
    }

    [Fact]
    public async Task Without_a_refused_row_to_probe_with_any_row_probes()
    {
        _circuit.Brake(Exhausted);
        _time.Advance(TimeSpan.FromSeconds(5));
        var batch = WaitForTurn();
        Assert.False(batch.IsCompleted);

        _circuit.ReleaseBrake();

        (await batch).Succeeded();
        Assert.Equal(CircuitState.Closed, _circuit.State);
    }

    private static LoginBatch Batch(CancellationToken cancellationToken = default) =>
        new([new PendingLogin(new GivenLogin(new UserLogin(), []), cancellationToken)]);

    private static async Task<WriterTurn> TakeFinishedAsync(List<Task<WriterTurn>> waiting)
    {
        var finished = await Task.WhenAny(waiting);
        waiting.Remove(finished);
        return await finished;
    }

    private Task<WriterTurn> WaitForTurn(bool isSuspect = false) =>
        _circuit.WaitForTurnAsync(Batch(), isSuspect, CancellationToken.None);

    private async Task FailAsync(DatabaseFault fault) => (await WaitForTurn()).Failed(fault);

    private sealed class NoRandom : Random
    {
        public override double NextDouble() => 0;
    }
}

using MassTransit;
using Microsoft.Extensions.Logging.Abstractions;

namespace FetchEtl.Sqs.Tests;

/// <summary>What the bus learns of an endpoint with several faults.</summary>
public sealed class EndpointHealthTests : IDisposable
{
    private readonly Observer _observer = new();
    private readonly EndpointHealth _health;

    public EndpointHealthTests() =>
        _health = new EndpointHealth(_observer, new Uri("loopback://localhost/q"), "q", NullLogger.Instance);

    [Theory]
    [InlineData(EndpointFault.Deletes, EndpointFault.Receives)]
    [InlineData(EndpointFault.Receives, EndpointFault.Deletes)]
    internal async Task The_end_of_one_fault_does_not_hide_another(EndpointFault first, EndpointFault second)
    {
        await _health.StartedAsync();
        await _health.FaultedAsync(first, $"{first} fail.");
        await _health.FaultedAsync(second, $"{second} fail.");

        Assert.True(await _health.EndedAsync(first));
        var afterOne = _observer.Last;
        Assert.True(await _health.EndedAsync(second));

        Assert.Equal(["ready", $"{first} fail.", "Deletes fail. Receives fail."], _observer.Seen.Take(3));
        Assert.Equal($"{second} fail.", afterOne);
        Assert.Equal("ready", _observer.Last);
    }

    [Fact]
    public async Task The_end_of_a_fault_that_is_not_present_is_not_reported()
    {
        await _health.FaultedAsync(EndpointFault.Deletes, "Deletes fail.");

        Assert.False(await _health.EndedAsync(EndpointFault.Receives));

        Assert.Equal(["Deletes fail."], _observer.Seen);
    }

    [Fact]
    public async Task An_endpoint_that_starts_again_has_no_fault()
    {
        await _health.FaultedAsync(EndpointFault.Endpoint, "It failed.");
        await _health.FaultedAsync(EndpointFault.Deletes, "Deletes fail.");

        await _health.StartedAsync();

        Assert.Equal("ready", _observer.Last);
        Assert.False(await _health.EndedAsync(EndpointFault.Deletes));
    }

    [Fact]
    public async Task Reports_are_made_one_after_another_and_the_last_one_is_true()
    {
        var held = new TaskCompletionSource();
        _observer.Wait = held.Task;
        var began = _health.FaultedAsync(EndpointFault.Receives, "Receives fail.");
        _observer.Wait = Task.CompletedTask;
        var ended = _health.EndedAsync(EndpointFault.Receives);
        Assert.False(ended.IsCompleted);

        held.SetResult();
        await began;
        await ended;

        Assert.Equal(["Receives fail.", "ready"], _observer.Seen);
    }

    [Fact]
    public async Task An_observer_that_fails_ends_nothing()
    {
        _observer.Wait = Task.FromException(new InvalidOperationException());
        await _health.FaultedAsync(EndpointFault.Receives, "Receives fail.");
        _observer.Wait = Task.CompletedTask;

        Assert.True(await _health.EndedAsync(EndpointFault.Receives));

        Assert.Equal("ready", _observer.Last);
    }

    public void Dispose() => _health.Dispose();

    private sealed class Observer : IReceiveTransportObserver
    {
        public List<string> Seen { get; } = [];

        public string Last => Seen[^1];

        public Task Wait { get; set; } = Task.CompletedTask;

        public Task Ready(ReceiveTransportReady ready) => SeeAsync("ready");

        public Task Faulted(ReceiveTransportFaulted faulted) => SeeAsync(faulted.Exception!.Message);

        public Task Completed(ReceiveTransportCompleted completed) => Task.CompletedTask;

        private async Task SeeAsync(string what)
        {
            await Wait;
            Seen.Add(what);
        }
    }
}

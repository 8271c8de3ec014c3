using System.Collections.Concurrent;
using FetchEtl.Benchmarks;
using FetchEtl.Logins;
using MassTransit;
using MassTransit.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>
/// The consumer in an application of its own, with retries in the process, on a bus that moves faulted messages to an
/// error queue.
/// </summary>
public sealed class BusLeakTests
{
    private const string FaultAddress = "wants-faults";

    // At least 20 for each refused login: then the consumer faults for the refused ones instead of waiting.
    private const int Valid = 200;

    private readonly CanaryWatch _canaries = new();
    private readonly ConcurrentBag<string> _received = [];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_fault_event_retry_or_error_queue_shows_a_canary_even_with_listeners_and_a_fault_address(
        bool listens)
    {
        await using var estate = await Estate.CreateAsync();
        await estate.ExecuteAsync(LeakEstate.QuotingTrigger);
        var observer = new LeakObserver(_canaries);
        var errors = new ErrorQueue(_canaries);
        using var telemetry = new Telemetry(_canaries);
        using var host = CreateHost(estate, observer, listens);
        host.Services.GetRequiredService<IBusControl>().ConnectReceiveObserver(errors);
        await host.StartAsync();
        var bus = host.Services.GetRequiredService<IBus>();
        var queue = await bus.GetSendEndpoint(new Uri("queue:logins"));
        var faulty = LeakMessages.Invalid().Concat(LeakMessages.Plain(5, LeakMessages.RefusedType)).ToList();
        foreach (var body in LeakMessages.Logins(Valid).Concat(faulty))
        {
            await queue.Send(new LoginMessage(), context =>
            {
                context.Serializer = new CopyBodySerializer(
                    SystemTextJsonRawMessageSerializer.JsonContentType, new StringMessageBody(body));
                context.FaultAddress = new Uri($"loopback://localhost/{FaultAddress}");
                context.ResponseAddress = new Uri($"loopback://localhost/{FaultAddress}");
                context.Headers.Set(MessageHeaders.FaultAddress, context.FaultAddress);
                context.Headers.Set(MessageHeaders.ResponseAddress, context.ResponseAddress);
            });
        }

        await errors.WaitAsync(faulty.Count);
        await Estate.UntilAsync(async () => await estate.RowsAsync() == Valid);
        if (listens)
        {
            // The listeners receive these two messages, so they would have received any earlier one.
            await bus.Publish<Fault<LoginMessage>>(new { Message = new LoginMessage() });
            await (await bus.GetSendEndpoint(new Uri($"queue:{FaultAddress}"))).Send<ReceiveFault>(new { });
            await Estate.UntilAsync(() => Task.FromResult(_received.Count >= 2));
        }

        await host.StopAsync();
        Assert.Equal(listens ? ["Fault", "ReceiveFault"] : [], _received.Order());
        Assert.Equal(
            listens ? ["Fault`1", "ReceiveFault"] : [],
            observer.Sent.Where(x => x.Contains("Fault", StringComparison.Ordinal)).Distinct().Order());
        _canaries.AssertNoneIn("logs", "spans", "exceptions", "error queue");
    }

    private IHost CreateHost(Estate estate, LeakObserver observer, bool listens)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            estate.Settings.Select(
                x => KeyValuePair.Create(x.Key.Replace("__", ":", StringComparison.Ordinal), (string?)x.Value)));
        builder.Logging.AddProvider(new CanaryLogs(_canaries)).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddLogins(builder.Configuration);
        builder.Services.AddMassTransit(x =>
        {
            x.DisableUsageTelemetry();
            x.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
            x.UsingInMemory((context, bus) =>
            {
                observer.ConnectTo(bus);
                bus.ReceiveEndpoint("logins", e =>
                {
                    e.UseMessageRetry(retry => retry.Immediate(2));
                    e.ConfigureLoginEndpoint(context);
                });

                // The observer checks each message of the error queue. The endpoint then discards it without a fault
                // event.
                bus.ReceiveEndpoint(ErrorQueue.Name, e =>
                {
                    e.PublishFaults = false;
                    e.DiscardFaultedMessages();
                    e.DiscardSkippedMessages();
                });
                if (listens)
                {
                    bus.ReceiveEndpoint("listener", e =>
                    {
                        e.Handler<Fault<LoginMessage>>(_ => Record("Fault"));
                        e.Handler<ReceiveFault>(_ => Record("ReceiveFault"));
                    });
                    bus.ReceiveEndpoint(FaultAddress, e =>
                    {
                        e.ConfigureConsumeTopology = false;
                        e.Handler<Fault<LoginMessage>>(_ => Record("Fault"));
                        e.Handler<ReceiveFault>(_ => Record("ReceiveFault"));
                    });
                }
            });
        });
        return builder.Build();

        Task Record(string kind)
        {
            _received.Add(kind);
            return Task.CompletedTask;
        }
    }

    /// <summary>
    /// Checks the headers of messages on the error queue. Their bodies are the bodies that were sent.
    /// </summary>
    private sealed class ErrorQueue(CanaryWatch canaries) : IReceiveObserver
    {
        public const string Name = "logins_error";

        private readonly SemaphoreSlim _seen = new(0);

        public async Task WaitAsync(int count)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            for (; count > 0; count--)
            {
                await _seen.WaitAsync(limit.Token);
            }
        }

        public Task PreReceive(ReceiveContext context)
        {
            if (!context.InputAddress.AbsolutePath.EndsWith(Name, StringComparison.Ordinal))
            {
                return Task.CompletedTask;
            }

            Assert.True(Canaries.AreIn(context.Body.GetString()), "A body on the error queue holds no canary.");
            foreach (var (name, value) in context.TransportHeaders.GetAll())
            {
                canaries.Look("error queue", $"{name}: {value}");
            }

            _seen.Release();
            return Task.CompletedTask;
        }

        public Task PostReceive(ReceiveContext context) => Task.CompletedTask;

        public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
            where T : class => Task.CompletedTask;

        public Task ConsumeFault<T>(
            ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
            where T : class => Task.CompletedTask;

        public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
    }
}

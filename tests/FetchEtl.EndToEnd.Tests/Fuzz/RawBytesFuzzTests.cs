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
/// Bytes that SQS does not accept but another transport can deliver: not UTF-8, control characters, an empty body.
/// </summary>
public sealed class RawBytesFuzzTests
{
    private const int Count = 10_000;

    [Fact]
    public async Task Bytes_that_SQS_cannot_carry_end_as_one_row_or_one_permanent_fault_each()
    {
        await using var estate = await Estate.CreateAsync();
        estate.KeepUserIds();
        var faults = new ReceiveFates();
        var canaries = new CanaryWatch();
        using var host = CreateHost(estate, faults, canaries);
        await host.StartAsync();
        var queue = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:logins"));
        var bodies = new FuzzGenerator(FuzzSeed.Value).Bodies().Where(x => !x.FitsSqs).Take(Count)
            .Prepend(new FuzzBody(-1, "empty", [], FuzzFate.DeadLetter)).ToList();
        var ids = new Dictionary<Guid, FuzzBody>();
        foreach (var body in bodies)
        {
            var id = NewId.NextGuid();
            ids.Add(id, body);
            await queue.Send(
                new LoginMessage(),
                context =>
                {
                    context.MessageId = id;
                    context.Serializer = new CopyBodySerializer(
                        SystemTextJsonRawMessageSerializer.JsonContentType,
                        new BytesMessageBody(body.Bytes));
                });
        }

        await faults.WaitAsync(bodies.Count);
        await host.StopAsync();

        foreach (var (id, exception) in faults.Faulted)
        {
            var body = ids[id];
            Assert.True(body.Fate != FuzzFate.Row, $"{FuzzSeed.Name(body)}: faulted.");
            Assert.True(
                exception is InvalidLoginException && Reasons.IsKnown(exception.Message),
                $"{FuzzSeed.Name(body)}: its reason is unknown.");
        }

        var wrong = ids.Where(x => x.Value.Fate == FuzzFate.DeadLetter && !faults.Faulted.ContainsKey(x.Key))
            .Select(x => FuzzSeed.Name(x.Value));
        Assert.Empty(wrong);
        var rows = await FuzzRows.TakeAsync(estate.ConnectionString);
        FuzzRows.Check(bodies, rows);
        Assert.Equal(bodies.Count, rows.Count + faults.Faulted.Count);
        Assert.InRange(faults.Faulted.Count, Count / 2, Count);
        Assert.NotEmpty(rows);
        Assert.True(
            canaries.Count == 0,
            $"{FuzzSeed.Text}: logs quote a body: {string.Join('\n', canaries.Sightings)}");
    }

    private static IHost CreateHost(Estate estate, ReceiveFates faults, CanaryWatch canaries)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            estate.Settings.Select(x =>
                KeyValuePair.Create(x.Key.Replace("__", ":", StringComparison.Ordinal), (string?)x.Value)));
        builder.Logging.AddProvider(new CanaryLogs(canaries)).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddLogins(builder.Configuration);
        builder.Services.AddReceiveObserver(_ => faults);
        builder.Services.AddMassTransit(x =>
        {
            x.DisableUsageTelemetry();
            x.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
            x.UsingInMemory((context, bus) => bus.ReceiveEndpoint("logins", e =>
            {
                e.PrefetchCount = 500;
                e.DiscardFaultedMessages();
                e.ConfigureLoginEndpoint(context);
            }));
        });
        return builder.Build();
    }

    /// <summary>
    /// Records the outcome of each message. A body that is not JSON faults when it is received, and any other invalid
    /// message when it is consumed.
    /// </summary>
    private sealed class ReceiveFates : IReceiveObserver
    {
        private readonly SemaphoreSlim _done = new(0);

        public ConcurrentDictionary<Guid, Exception> Faulted { get; } = new();

        public async Task WaitAsync(int count)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            for (; count > 0; count--)
            {
                await _done.WaitAsync(limit.Token);
            }
        }

        public Task ReceiveFault(ReceiveContext context, Exception exception)
        {
            Faulted[context.GetMessageId()!.Value] = exception;
            return Task.CompletedTask;
        }

        public Task ConsumeFault<T>(
            ConsumeContext<T> context,
            TimeSpan duration,
            string consumerType,
            Exception exception)
            where T : class => ReceiveFault(context.ReceiveContext, exception);

        public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

        public Task PostReceive(ReceiveContext context)
        {
            _done.Release();
            return Task.CompletedTask;
        }

        public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
            where T : class => Task.CompletedTask;
    }
}

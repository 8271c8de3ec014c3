using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace FetchEtl.Logins.Tests;

/// <summary>
/// What an estate has around its consumers, around the login consumer: an outbox, retries, filters, a saga beside it.
/// docs/existing-estates.md says what each does.
/// </summary>
public sealed class EstateMiddlewareTests : IAsyncLifetime
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ReceiveSignals _receives = new();
    private LoginStore _store = null!;
    private ITestHarness _harness = null!;
    private ISendEndpoint _queue = null!;

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
        _store.Services.AddReceiveObserver(_ => _receives);
    }

    public async Task DisposeAsync()
    {
        await _harness.Stop();
        await _store.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_in_memory_outbox_holds_a_login_until_its_row_is_committed_and_a_redelivery_adds_none(
        bool hasInbox)
    {
        _store.Services.AddInMemoryInboxOutbox();
        await StartAsync(x => x.AddConsumer<LoginConsumer, LoginConsumerDefinition>(), (context, endpoint) =>
        {
            if (hasInbox)
            {
                endpoint.UseInMemoryInboxOutbox(context);
            }
            else
            {
                endpoint.UseInMemoryOutbox(context);
            }
        });
        var id = NewId.NextGuid();
        await using var table = await _store.LockTableAsync();

        await _queue.SendRawAsync(ProducersLogin.RawExample, send => send.MessageId = id);
        await table.WaitForBlockedAsync(1);
        var consumed = _receives.WaitForConsumedAsync(1);
        Assert.False(consumed.IsCompleted);
        await table.ReleaseAsync();
        await consumed;
        await _queue.SendRawAsync(ProducersLogin.RawExample, send => send.MessageId = id);
        await _queue.SendRawAsync(ProducersLogin.RawExample);

        // An inbox may leave out the redelivery or let it through, so the row of the last message ends the wait.
        await _receives.WaitForConsumedAsync(hasInbox ? 1 : 2);
        for (var left = Deliveries.Limit; await _store.CountAsync() < 2 && left > TimeSpan.Zero; left -= Pause)
        {
            await Task.Delay(Pause);
        }

        Assert.Equal(2, await _store.CountAsync());
    }

    [Fact]
    public async Task A_retry_repeats_what_may_pass_and_leaves_out_what_never_will()
    {
        var attempts = new ConcurrentQueue<string>();
        var failures = 2;
        _store.Services.Configure<LoginsOptions>(options => options.MessageIdentity = context =>
        {
            attempts.Enqueue("identity");
            return Interlocked.Decrement(ref failures) < 0 ? context.MessageId : throw new TimeoutException();
        });
        var tries = 0;
        await StartAsync(x => x.AddConsumer<LoginConsumer, LoginConsumerDefinition>(), (_, endpoint) =>
        {
            endpoint.UseMessageRetry(retry =>
            {
                retry.Ignore<ValidationException>();
                retry.Immediate(3);
            });
            endpoint.UseExecute(_ => Interlocked.Increment(ref tries));
        });

        await _queue.SendRawAsync(ProducersLogin.RawExample);
        await _receives.WaitForConsumedAsync(1);
        Assert.Equal((1, 3), (await _store.CountAsync(), attempts.Count));
        tries = 0;
        await _queue.SendRawAsync("{}");

        Assert.IsType<InvalidLoginException>(await _receives.Fault);
        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task A_scoped_filter_runs_around_each_login_in_a_scope_of_its_own()
    {
        var scopes = new ConcurrentQueue<Scope>();
        _store.Services.AddSingleton(scopes).AddScoped<Scope>();
        await StartAsync(
            x => x.AddConsumer<LoginConsumer, LoginConsumerDefinition>(),
            (context, endpoint) => endpoint.UseConsumeFilter(typeof(ScopedFilter<>), context));

        await _queue.SendRawAsync(ProducersLogin.RawExample);
        await _queue.SendRawAsync(ProducersLogin.RawExample);

        await _receives.WaitForConsumedAsync(2);
        Assert.Equal(2, await _store.CountAsync());
        Assert.Equal(2, scopes.Distinct().Count());
    }

    [Fact]
    public async Task A_saga_beside_the_consumer_takes_the_estates_messages_and_no_login()
    {
        await StartAsync(
            x =>
            {
                x.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
                x.AddSagaStateMachine<VisitMachine, Visit>().InMemoryRepository();
            },
            (_, _) => { });
        var visit = NewId.NextGuid();

        await _harness.Bus.Publish(new VisitBegan(visit));
        await _queue.SendRawAsync(ProducersLogin.RawExample, send => send.CorrelationId = visit);

        await _receives.WaitForConsumedAsync(2);
        Assert.Equal(1, await _store.CountAsync());
        var saga = _harness.GetSagaStateMachineHarness<VisitMachine, Visit>();
        Assert.NotNull(await saga.Exists(visit, machine => machine.Open));
        Assert.False(await _harness.Published.Any<LoginMessage>());
    }

    private async Task StartAsync(
        Action<IBusRegistrationConfigurator> add, Action<IRegistrationContext, IReceiveEndpointConfigurator> configure)
    {
        _store.Services.AddMassTransitTestHarness(x =>
        {
            x.DisableUsageTelemetry();
            add(x);
            x.UsingInMemory((context, bus) =>
            {
                bus.ReceiveEndpoint("login-queue", endpoint =>
                {
                    configure(context, endpoint);
                    endpoint.ConfigureLoginEndpoint(context);
                });
                bus.ConfigureEndpoints(context, filter => filter.Exclude<LoginConsumer>());
            });
        });
        _harness = _store.Provider.GetTestHarness();
        await _harness.Start();
        _queue = await _harness.Bus.GetSendEndpoint(new Uri("queue:login-queue"));
    }

    internal sealed record VisitBegan(Guid CorrelationId) : CorrelatedBy<Guid>;

    internal sealed class Visit : SagaStateMachineInstance
    {
        public Guid CorrelationId { get; set; }

        public string CurrentState { get; set; } = string.Empty;
    }

    internal sealed class VisitMachine : MassTransitStateMachine<Visit>
    {
        public VisitMachine()
        {
            InstanceState(visit => visit.CurrentState);
            Initially(When(Began).TransitionTo(Open));
        }

        public State Open { get; private set; } = null!;

        public Event<VisitBegan> Began { get; private set; } = null!;
    }

    internal sealed class Scope;

    internal sealed class ScopedFilter<T>(Scope scope, ConcurrentQueue<Scope> scopes) : IFilter<ConsumeContext<T>>
        where T : class
    {
        public Task Send(ConsumeContext<T> context, IPipe<ConsumeContext<T>> next)
        {
            scopes.Enqueue(scope);
            return next.Send(context);
        }

        public void Probe(ProbeContext context) => context.CreateFilterScope("scoped");
    }
}

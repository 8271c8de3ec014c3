using System.ComponentModel.DataAnnotations;
using System.Globalization;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace FetchEtl.Logins.Tests;

/// <summary>What identifies and dates a message is the application's, as behind a bridge from Kafka.</summary>
public sealed class MessageIdentityTests : IAsyncLifetime
{
    private const int Partitions = 8;

    private readonly ReceiveSignals _receives = new();
    private LoginStore _store = null!;
    private ITestHarness _harness = null!;
    private ISendEndpoint _queue = null!;
    private int _asked;

    public async Task InitializeAsync()
    {
        _store = await LoginStore.CreateAsync();
        _store.Services.Configure<LoginsOptions>(options =>
        {
            // Two could meet in a deadlock, and the pause after it would wait for this clock, which stands.
            options.Storage.Writers = 1;
            options.MessageIdentity = Identify;
            options.MessageSentTime = context => context.Headers.Get<string>("sent") is { } text
                ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture)
                : null;
        });
        _store.Services.AddSingleton<TimeProvider>(
            new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        _store.Services.AddReceiveObserver(_ => _receives);
        _store.Services.AddMassTransitTestHarness(x =>
        {
            x.DisableUsageTelemetry();
            x.AddConsumer<LoginConsumer, LoginConsumerDefinition>();
            x.UsingInMemory((context, bus) => bus.ReceiveEndpoint(
                "login-queue",
                endpoint =>
                {
                    endpoint.PrefetchCount = 1000;
                    endpoint.ConfigureLoginEndpoint(context);
                }));
        });
        _harness = _store.Provider.GetTestHarness();
        await _harness.Start();
        _queue = await _harness.Bus.GetSendEndpoint(new Uri("queue:login-queue"));
    }

    public async Task DisposeAsync()
    {
        await _harness.Stop();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Places_in_a_topic_delivered_twice_in_another_order_are_a_row_each()
    {
        const int count = 1_000;
        var places = Enumerable.Range(0, count)
            .Select(i => (Partition: i % Partitions, Offset: i / Partitions)).ToList();
        var deliveries = places.Concat(new Random(15).GetItems([.. places], 100)).ToList();
        deliveries.AddRange(places.OrderByDescending(place => place));

        foreach (var chunk in deliveries.Chunk(1000))
        {
            await Task.WhenAll(chunk.Select(place => SendAsync(place.Partition, place.Offset)));
        }

        await _receives.WaitForConsumedAsync(deliveries.Count);
        Assert.Equal(count, await _store.CountAsync());
        var key = new MessageIdKey(_store.Masking);
        await using var context = _store.Context();
        Assert.Equal(
            places.Select(place => MessageIdentities.FromOffset("logins", place.Partition, place.Offset))
                .Select(key.Of).Order(),
            context.UserLogins.Select(login => login.MessageId!.Value).AsEnumerable().Order());
    }

    [Fact]
    public async Task Where_the_application_has_no_identity_the_message_id_counts()
    {
        var id = NewId.NextGuid();

        for (var delivery = 0; delivery < 2; delivery++)
        {
            await _queue.SendRawAsync(ProducersLogin.RawExample, send => send.MessageId = id);
            await _queue.SendRawAsync(ProducersLogin.RawExample, send => send.Headers.Set("empty", "true"));
        }

        await _receives.WaitForConsumedAsync(4);
        Assert.Equal(3, await _store.CountAsync());
        Assert.Equal(1L, await _store.ScalarAsync(
            $"SELECT count(*) FROM user_logins WHERE message_id = '{new MessageIdKey(_store.Masking).Of(id)}'"));
    }

    [Fact]
    public async Task The_identity_of_the_application_takes_the_place_of_a_message_id()
    {
        await SendAsync(0, 7, send => send.MessageId = NewId.NextGuid());
        await SendAsync(0, 7, send => send.MessageId = NewId.NextGuid());

        await _receives.WaitForConsumedAsync(2);
        Assert.Equal(1, await _store.CountAsync());
    }

    [Theory]
    [InlineData("2025-12-31T23:30:00-02:00", "2026-01-01")]
    [InlineData("2025-12-24T23:59:59Z", "2025-12-24")]
    [InlineData(null, "2026-01-01")]
    public async Task The_date_is_the_UTC_day_of_the_time_that_the_application_returns(string? sent, string date)
    {
        await SendAsync(1, 1, send => send.Headers.Set("sent", sent));

        await _receives.WaitForConsumedAsync(1);
        Assert.Equal(
            DateOnly.Parse(date, CultureInfo.InvariantCulture),
            await _store.ScalarAsync("SELECT create_date FROM user_logins"));
    }

    [Fact]
    public async Task An_identity_that_throws_is_a_fault_of_its_message_alone()
    {
        await _queue.SendRawAsync(ProducersLogin.RawExample, send => send.Headers.Set("topic", "logins"));
        await SendAsync(0, 1);

        Assert.IsType<ValidationException>(await _receives.Fault);
        await _receives.WaitForConsumedAsync(1);
        Assert.Equal(1, await _store.CountAsync());
    }

    [Fact]
    public async Task An_invalid_login_faults_with_its_reasons_and_its_identity_is_not_asked()
    {
        await _queue.SendRawAsync("{}", send => send.Headers.Set("topic", "logins"));

        Assert.IsType<InvalidLoginException>(await _receives.Fault);
        Assert.Equal(0, Volatile.Read(ref _asked));
    }

    private Guid? Identify(ConsumeContext context)
    {
        Interlocked.Increment(ref _asked);
        if (context.Headers.Get<string>("topic") is not { } topic)
        {
            return context.Headers.Get<string>("empty") is null ? null : Guid.Empty;
        }

        return context.Headers.Get<int>("partition") is { } partition
            && context.Headers.Get<long>("offset") is { } offset
            ? MessageIdentities.FromOffset(topic, partition, offset)
            : throw new ValidationException("partition and offset: are missing");
    }

    private Task SendAsync(int partition, long offset, Action<SendContext>? configure = null) =>
        _queue.SendRawAsync(ProducersLogin.RawExample, send =>
        {
            send.MessageId = null;
            send.Headers.Set("topic", "logins");
            send.Headers.Set("partition", partition);
            send.Headers.Set("offset", offset);
            configure?.Invoke(send);
        });
}
